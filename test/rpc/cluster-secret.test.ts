/**
 * The secret of a cluster at the port: who is taken for a server with it, without it and with
 * another one, and in which order that is looked at.
 */
import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import type { PeerRequest } from '../../src/raft/messages.js';
import { ClusterSecret } from '../../src/rpc/cluster-secret.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { decodeResponse } from '../../src/rpc/codec/response-decoder.js';
import { XmlRpcPeerTransport } from '../../src/rpc/peer-transport.js';
import type { XmlStruct, XmlValue } from '../../src/rpc/xml-value.js';
import { clusterId, host, ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const secretText = 'open~Sesame!';

const vote: XmlStruct = new Map<string, XmlValue>([
  ['term', 5],
  ['candidateId', 1],
  ['lastLogIndex', 0],
  ['lastLogTerm', 0],
]);

const voteRequest: PeerRequest = {
  type: 'requestVote',
  term: asTerm(5),
  candidateId: asServerId(1),
  lastLogIndex: asLogIndex(0),
  lastLogTerm: asTerm(0),
  preVote: false,
  leadershipTransfer: false,
};

type Headers = Readonly<Record<string, string>>;

describe('the secret of a cluster', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start({
      secret: new ClusterSecret(secretText),
      limits: { callBodyBytesMax: 2_000, peerBodyBytesMax: 200_000, lingerMs: 50 },
    });
  });

  afterEach(() => served.close());

  function post(headers: Headers, body: string): Promise<Response> {
    const all = { 'Content-Type': 'text/xml', ...headers };
    return fetch(served.url(), { method: 'POST', headers: all, body });
  }

  /** `code text` of a fault, or `granted`. */
  async function answer(headers: Headers, ...params: XmlValue[]): Promise<string> {
    const response = await post(headers, encodeCall('RequestVote', params));
    const decoded = decodeResponse(new Uint8Array(await response.arrayBuffer()));
    if (decoded.kind === 'fault') return `${decoded.fault.code} ${decoded.fault.text}`;
    return decoded.kind === 'value' ? 'granted' : decoded.reason;
  }

  it('lets in the call that has it', async () => {
    expect(await answer({ 'x-surfraft-secret': secretText }, vote)).to.equal('granted');
    expect(served.replica.peerCalls).to.have.length(1);
  });

  it('refuses a call without it, or with another one, without effect', async () => {
    const missing = "6 unauthorised: the call lacks the cluster's secret";
    expect(await answer({}, vote)).to.equal(missing);
    expect(await answer({ 'x-surfraft-peer': '1' }, vote)).to.equal(missing);
    for (const wrong of ['', 'open', `${secretText}x`, secretText.toLowerCase()]) {
      const fault = await answer({ 'x-surfraft-secret': wrong }, vote);
      expect(fault).to.equal("6 unauthorised: the call's secret is not the cluster's");
    }
    expect(served.replica.peerCalls).to.deep.equal([]);
  });

  it('is looked at after the form of the call, and before the crash switch', async () => {
    served.replica.crash();
    expect(await answer({}, new Map(vote).set('term', 'x'))).to.match(/^-32602 .*term/);
    expect(await answer({}, vote)).to.match(/^6 unauthorised/);
    expect(await answer({ 'x-surfraft-secret': secretText }, vote)).to.match(/^2 isCrashed/);
  });

  it('lets a server in that this one has not heard of, and none that can be none', async () => {
    const added = new Map(vote).set('candidateId', 9);
    expect(await answer({ 'x-surfraft-secret': secretText }, added)).to.equal('granted');
    const stranger = new Map(vote).set('candidateId', 99);
    const fault = await answer({ 'x-surfraft-secret': secretText }, stranger);
    expect(fault).to.match(/^6 unauthorised: server 99/);
  });

  it('is what gives a call the longer body and the ear of a server', async () => {
    const body = encodeCall('RequestVote', [new Map(vote).set('more', 'x'.repeat(150_000))]);
    const peer = { 'x-surfraft-peer': '1' };
    expect((await post(peer, body)).status).to.equal(413);
    expect((await post({ ...peer, 'x-surfraft-secret': 'guess' }, body)).status).to.equal(413);
    expect(served.replica.heard).to.deep.equal([]);
    expect((await post({ ...peer, 'x-surfraft-secret': secretText }, body)).status).to.equal(200);
    expect(new Set(served.replica.heard)).to.deep.equal(new Set([asServerId(1)]));
  });

  it('is not asked of clients', async () => {
    expect(await served.value('ping')).to.equal(true);
  });

  it('is shown nowhere', async () => {
    await answer({ 'x-surfraft-secret': secretText }, vote);
    for (const path of ['/', '/status', '/metrics']) {
      expect(await (await fetch(served.url(path))).text(), path).not.to.contain(secretText);
    }
  });

  it('goes with the calls of the peer transport, and what it lacks is told there', async () => {
    const heard: string[] = [];
    for (const secret of [new ClusterSecret(secretText), new ClusterSecret('x'), undefined]) {
      const before = heard.length;
      const transport = transportWith(served.port, secret, heard);
      transport.send(asServerId(0), voteRequest);
      await waitUntil(() => heard.length > before);
      transport.close();
    }
    expect(heard).to.deep.equal([
      'requestVote',
      "fault 6: unauthorised: the call's secret is not the cluster's",
      "fault 6: unauthorised: the call lacks the cluster's secret",
    ]);
    expect(served.replica.peerCalls).to.have.length(1);
  });

  it('is ignored by a server that has none', async () => {
    const open = await ServedReplica.start();
    const heard: string[] = [];
    const transport = transportWith(open.port, new ClusterSecret(secretText), heard);
    transport.send(asServerId(0), voteRequest);
    await waitUntil(() => heard.length > 0);
    transport.close();
    await open.close();
    expect(heard).to.deep.equal(['requestVote']);
  });
});

/** Server 1, whose only peer is server 0 at `port`; writes down answers and failures. */
function transportWith(
  port: number,
  secret: ClusterSecret | undefined,
  heard: string[],
): XmlRpcPeerTransport {
  const servers = [
    { id: asServerId(0), address: `${host}:${port}` },
    { id: asServerId(1), address: `${host}:1` },
  ];
  const transport = new XmlRpcPeerTransport({ serverId: asServerId(1), clusterId, secret });
  transport.setPeers(servers);
  transport.connect({
    onResponse: (_from, response) => heard.push(response.type),
    onUnreachable: (_peer, reason) => heard.push(reason),
  });
  return transport;
}
