/**
 * Clients that we did not write: Python's standard library and the npm package `xmlrpc`.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import xmlrpc from 'xmlrpc';
import { readPlainUpdate } from '../../src/rpc/codec/plain-update.js';
import { host, ServedReplica } from './support/served-replica.js';

const python = `
import json, sys, xmlrpc.client
server = xmlrpc.client.ServerProxy(sys.argv[1], allow_none=True)
out = [server.surfstore.ping(), server.isleader()]
out.append(server.surfstore.updatefile("caf\\u00e9 \\U0001d11e\\n", 1, ["h1", 2]))
out.append(server.surfstore.getfileinfo("caf\\u00e9 \\U0001d11e\\n"))
out.append(server.system.methodSignature("ping"))
name = "plain at " + sys.argv[1]
out.append(server.surfstore.updatefile(name, 1, ["h1", "h2"]))
out.append(server.surfstore.updatefile(name, 3, ["h3"]))
out.append(server.surfstore.getfileinfo(name))
out.append(server.surfstore.updatefile(name, 2, ["0"]))
multi = xmlrpc.client.MultiCall(server)
multi.ping()
multi.surfstore.getfileinfo("none")
out.append(list(multi()))
try:
    server.no_such_method()
except xmlrpc.client.Fault as fault:
    out.append(fault.faultCode)
print(json.dumps(out))
`;

/** The very words in which Python writes an update, which are read without a parser. */
const pythonUpdate = `
import sys, xmlrpc.client
sys.stdout.write(xmlrpc.client.dumps(("a", 1, ["b", "c"]), "surfstore.updatefile"))
`;

describe('clients of others', () => {
  let served: ServedReplica;

  before(async () => {
    served = await ServedReplica.start();
  });

  after(() => served.close());

  for (const path of ['', '/', '/RPC2']) {
    it(`Python's xmlrpc.client works at "${path}"`, async () => {
      const { stdout } = await execa('python3', ['-c', python, served.url(path)]);
      expect(JSON.parse(stdout)).to.deep.equal([
        true,
        true,
        path === '',
        [1, ['h1', 2]],
        [['boolean']],
        true,
        false,
        [1, ['h1', 'h2']],
        true,
        [true, [0, []]],
        -32601,
      ]);
    });
  }

  it("Python's xmlrpc.client has its updates take the short way", async () => {
    const { stdout } = await execa('python3', ['-c', pythonUpdate], { stripFinalNewline: false });
    expect(readPlainUpdate(Buffer.from(stdout))?.read).to.have.property('kind', 'update');
  });

  it('the npm package xmlrpc works', async () => {
    const client = xmlrpc.createClient({ host, port: served.port, path: '/RPC2' });
    const call = (method: string, params: unknown[]): Promise<unknown> =>
      new Promise((resolve) => {
        client.methodCall(method, params, (error: unknown, value: unknown) => {
          resolve(error ?? value);
        });
      });
    expect(await call('surfstore.ping', [])).to.equal(true);
    expect(await call('surfstore.updatefile', ['npm', 1, ['a', 1]])).to.equal(true);
    expect(await call('surfstore.getfileinfo', ['npm'])).to.deep.equal([1, ['a', 1]]);
    expect(await call('surfstore.updatefile', ['npm', 2, '0'])).to.equal(true);
    const state = await call('surfstore.getinternalstate', []);
    expect(state).to.have.property('status', 'leader');
    expect(await call('nope', []))
      .to.be.instanceOf(Error)
      .with.property('faultCode', -32601);
  });
});
