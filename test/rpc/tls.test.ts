/**
 * The port over TLS: who is answered, who is taken for a server, and whom a server believes.
 */
import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { encodePeerMessage } from '../../src/rpc/peer-codec.js';
import { XmlRpcPeerTransport } from '../../src/rpc/peer-transport.js';
import type { PeerRequest } from '../../src/raft/messages.js';
import type { TlsIdentity } from '../../src/rpc/tls-identity.js';
import { Certificates } from './support/certificates.js';
import { httpsPost } from './support/https-post.js';
import { clusterId, host, ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const vote: PeerRequest = {
  type: 'requestVote',
  term: asTerm(5),
  candidateId: asServerId(1),
  lastLogIndex: asLogIndex(0),
  lastLogTerm: asTerm(0),
  preVote: false,
  leadershipTransfer: false,
};

const ping = encodeCall('ping', []);

describe('the port over TLS', () => {
  let certificates: Certificates;
  let server: TlsIdentity;
  let peer: TlsIdentity;
  let stranger: TlsIdentity;
  let client: TlsIdentity;
  let served: ServedReplica;

  before(async function () {
    const made = await Certificates.createOrSkip(this);
    certificates = made;
    for (const name of ['ca', 'other-ca', 'client-ca']) await made.makeAuthority(name);
    await made.make('server', 'ca');
    await made.make('peer', 'ca');
    await made.make('stranger', 'other-ca');
    await made.make('client', 'client-ca');
    server = await made.identity('server', 'ca');
    peer = await made.identity('peer', 'ca');
    stranger = await made.identity('stranger', 'ca');
    client = await made.identity('client', 'ca');
  });

  after(async () => {
    await certificates.remove();
  });

  async function serve(tls: TlsIdentity): Promise<void> {
    served = await ServedReplica.start({ tls, limits: { lingerMs: 10_000 } });
  }

  afterEach(async () => {
    await served.close();
  });

  /** What server 1, which is `tls`, hears from the port. */
  async function voteOver(tls: TlsIdentity | undefined): Promise<string> {
    const servers = [
      { id: asServerId(0), address: `${host}:${served.port}` },
      { id: asServerId(1), address: `${host}:1` },
    ];
    const transport = new XmlRpcPeerTransport({ serverId: asServerId(1), clusterId, tls });
    transport.setPeers(servers);
    const heard: string[] = [];
    transport.connect({
      onResponse: (_from, response) => heard.push(response.type),
      onUnreachable: (_peer, reason) => heard.push(reason),
    });
    transport.send(asServerId(0), vote);
    await waitUntil(() => heard.length > 0);
    transport.close();
    return heard.join();
  }

  it('answers clients that believe its authority', async () => {
    await serve(server);
    expect(await httpsPost(served.port, ping, { ca: server.ca })).to.equal('true');
    expect(served.bugs).to.deep.equal([]);
  });

  it('closes the connection of a client that speaks plain HTTP, without a word', async () => {
    await serve(server);
    const socket = connect(served.port, host);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.write(`POST /RPC2 HTTP/1.1\r\nContent-Length: ${ping.length}\r\n\r\n${ping}`);
    await once(socket, 'close');
    expect(answer).not.to.contain('HTTP').and.not.to.contain('methodResponse');
    expect(await voteOver(undefined)).not.to.match(/requestVote|no answer within/);
    expect(served.server.connectionCount).to.equal(0);
    expect(await httpsPost(served.port, ping, { ca: server.ca })).to.equal('true');
  });

  it('is reached by servers with a certificate of the authority', async () => {
    await serve(server);
    expect(await voteOver(peer)).to.equal('requestVote');
    expect(served.replica.peerCalls).to.have.length(1);
  });

  it('takes nobody for a server who shows no such certificate', async () => {
    await serve(server);
    const unauthorised = /fault 6: unauthorised: the call came without a certificate/;
    expect(await voteOver(stranger)).to.match(unauthorised);
    const fault = await httpsPost(served.port, encodePeerMessage(vote), { ca: server.ca });
    expect(fault).to.match(/^6 unauthorised/);
    expect(served.replica.peerCalls).to.deep.equal([]);
  });

  it('takes nobody for a server by resuming a session without a certificate', async () => {
    await serve(server);
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const sessions: Buffer[] = [];
      const open = async (session?: Buffer): Promise<TLSSocket> => {
        const socket = connectTls({
          ...{ host, port: served.port, ca: server.ca, maxVersion },
          ...(session === undefined ? {} : { session }),
        });
        socket.on('session', (each: Buffer) => sessions.push(each));
        await once(socket, 'secureConnect');
        return socket;
      };
      const first = await open();
      first.write(`POST / HTTP/1.1\r\nContent-Length: ${ping.length}\r\n\r\n${ping}`);
      await once(first, 'data');
      first.destroy();
      const second = await open(sessions[0]);
      const body = encodePeerMessage(vote);
      second.write(`POST / HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      const [answer] = (await once(second, 'data')) as [Buffer];
      second.destroy();
      expect(answer.toString(), maxVersion).to.contain('unauthorised');
    }
    expect(served.replica.peerCalls).to.deep.equal([]);
  });

  it('is not believed by servers when another authority signed its certificate', async () => {
    await serve(stranger);
    expect(await voteOver(peer))
      .to.match(/certificate|issuer/)
      .and.not.to.contain('fault');
    expect(served.replica.peerCalls).to.deep.equal([]);
  });

  it('asks clients for a certificate when it has an authority for them', async () => {
    await serve(await certificates.identity('server', 'ca', 'client-ca'));
    const { port } = served;
    const { cert, key, ca } = client;
    expect(await httpsPost(port, ping, { ca, cert, key })).to.equal('true');
    expect(await voteOver(peer)).to.equal('requestVote');
    for (const wrong of [{}, { cert: stranger.cert, key: stranger.key }]) {
      let failure: unknown;
      await httpsPost(port, ping, { ca, ...wrong }).catch((error: unknown) => (failure = error));
      expect(failure).to.be.instanceOf(Error);
    }
    expect(served.bugs).to.deep.equal([]);
  });

  it('gives up connections whose handshake does not end, at once when it closes', async () => {
    served = await ServedReplica.start({ tls: server, limits: { headersTimeoutMs: 50 } });
    const slow = connect(served.port, host).on('error', () => undefined);
    slow.resume();
    await once(slow, 'close');
    await served.close();
    await serve(server);
    const silent = connect(served.port, host).on('error', () => undefined);
    await once(silent, 'connect');
    silent.resume();
    const before = performance.now();
    await Promise.all([served.close(), once(silent, 'close')]);
    expect(performance.now() - before).to.be.below(1_500);
    served = await ServedReplica.start();
  });
});
