/** A server that listens at several addresses: all connections are alike, at each of them. */
import { expect } from 'chai';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { ListenError } from '../../src/rpc/listen-error.js';
import { failureOf } from '../client/failure-of.js';
import { hasAddress } from '../e2e/support/has-address.js';
import { Certificates } from './support/certificates.js';
import { httpsPost } from './support/https-post.js';
import { ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

/** A second loopback address that every Linux has. */
const second = '127.0.0.2';

async function ping(address: string, port: number): Promise<number> {
  const host = address.includes(':') ? `[${address}]` : address;
  const body = encodeCall('ping', []);
  const headers = { 'Content-Type': 'text/xml' };
  const answer = await fetch(`http://${host}:${port}/RPC2`, { method: 'POST', headers, body });
  expect(await answer.text()).to.contain('<boolean>1</boolean>');
  return answer.status;
}

describe('further addresses of a server', () => {
  for (const address of [second, '::1']) {
    it(`serve as the first one does: ${address}`, async function () {
      if (!(await hasAddress(address))) {
        process.stderr.write(`this machine has no ${address}: nothing is tested there\n`);
        this.skip();
      }
      const served = await ServedReplica.start({ alsoHosts: [address] });
      expect(await ping(address, served.port)).to.equal(200);
      expect(await ping('127.0.0.1', served.port)).to.equal(200);
      const socket = connect({ host: address, port: served.port });
      await once(socket, 'connect');
      const before = served.server.connectionCount;
      expect(before).to.be.greaterThan(0);
      socket.destroy();
      await waitUntil(() => served.server.connectionCount < before);
      await served.close();
      expect((await failureOf(ping(address, served.port))).message).to.equal('fetch failed');
    });
  }

  it('are left out when this machine lacks them', async () => {
    // Of a range that is kept for documentation.
    const served = await ServedReplica.start({ alsoHosts: ['192.0.2.1', '2001:db8::1'] });
    expect(await ping('127.0.0.1', served.port)).to.equal(200);
    await served.close();
  });

  it('keep the server from starting when their port is taken, and leave nothing open', async () => {
    const other = createServer().listen({ host: second, port: 0 });
    await once(other, 'listening');
    const { port } = other.address() as { readonly port: number };
    const served = new ServedReplica({ port, alsoHosts: [second] });
    const failure = await failureOf(served.server.listen());
    expect(failure).to.be.instanceOf(ListenError);
    expect(failure.message).to.equal(`${second}:${port} is in use by another process`);
    expect((await failureOf(ping('127.0.0.1', port))).message).to.equal('fetch failed');
    other.close();
  });

  it('speak TLS where the first one does', async function () {
    const certificates = await Certificates.createOrSkip(this);
    await certificates.makeAuthority('ca');
    await certificates.make('server', 'ca');
    const tls = await certificates.identity('server', 'ca');
    const served = await ServedReplica.start({ tls, alsoHosts: [second] });
    const body = encodeCall('ping', []);
    const options = { ca: tls.ca, host: second, servername: 'localhost' };
    expect(await httpsPost(served.port, body, options)).to.equal('true');
    await served.close();
    await certificates.remove();
  });
});
