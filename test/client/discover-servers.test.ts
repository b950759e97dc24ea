/** What the client learns about a cluster from one of its servers. */
import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnexpectedAnswer, Unreachable } from '../../src/client/client-errors.js';
import { discoverServers } from '../../src/client/discover-servers.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { failureOf } from './failure-of.js';
import { fault, hang, ScriptedServer, value } from './scripted-server.js';

describe('discoverServers', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start(0);
  });
  afterEach(() => server.stop());

  const peer = (id: XmlValue, address: XmlValue): XmlValue =>
    new Map([['id', id]]).set('address', address);
  const state = (peers: XmlValue): XmlValue => new Map([['peers', peers]]);

  it('learns all servers from one', async () => {
    server.onCall = () => value(state([peer(0, 'localhost:9001'), peer(1, '[::1]:9002')]));
    const { host, port } = server.endpoint;
    expect(await discoverServers(host, port, 1_000)).to.deep.equal([
      { id: 0, host: 'localhost', port: 9001 },
      { id: 1, host: '::1', port: 9002 },
    ]);
  });

  it('asks for the page alone, where there is one, and not for thousands of files', async () => {
    const peers = [{ id: 0, address: 'localhost:9001' }];
    const asked: string[] = [];
    const pages = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end(JSON.stringify({ serverId: 0, peers }));
    });
    try {
      pages.listen(0, '127.0.0.1');
      await once(pages, 'listening');
      const { port } = pages.address() as AddressInfo;
      expect(await discoverServers('127.0.0.1', port, 1_000)).to.deep.equal([
        { id: 0, host: 'localhost', port: 9001 },
      ]);
      expect(asked).to.deep.equal(['GET /status']);
    } finally {
      pages.close();
    }
  });

  it('says what is wrong with whom it asked', async () => {
    const { host, port } = server.endpoint;
    for (const reply of [
      value('?'),
      value(state([])),
      value(state([peer('0', 'localhost:9001')])),
      value(state([peer(0, 'localhost')])),
      fault(-32601, 'no such method'),
      { kind: 'http', status: 404, body: '' },
    ] as const) {
      server.onCall = () => reply;
      const error = await failureOf(discoverServers(host, port, 1_000));
      expect(error, JSON.stringify(reply)).to.be.instanceOf(UnexpectedAnswer);
    }
    server.onCall = () => hang;
    expect(await failureOf(discoverServers(host, port, 20))).to.be.instanceOf(Unreachable);
  });
});
