/**
 * The cluster that a server's call names: calls of another cluster are refused, over node:http and
 * over our own reading alike, and have no effect.
 */
import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { ClusterSecret } from '../../src/rpc/cluster-secret.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { decodeResponse } from '../../src/rpc/codec/response-decoder.js';
import { XmlRpcPeerTransport } from '../../src/rpc/peer-transport.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { append, join, piece, report, vote } from './support/peer-structs.js';
import { clusterId, host, ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const otherId = 'f'.repeat(32);

type Headers = Readonly<Record<string, string>>;

/** The ways to a server: our own reading leaves what it does not know to node:http. */
const ways: readonly Headers[] = [{}, { 'Content-Encoding': 'identity' }];

const refusal = /^6 unauthorised: the call is of another cluster, .* addresses/;

describe('the cluster that a call names', () => {
  let served: ServedReplica;

  async function start(secret?: ClusterSecret): Promise<void> {
    served = await ServedReplica.start(secret === undefined ? {} : { secret });
  }

  afterEach(() => served.close());

  /** `code text` of a fault, or the kind of another answer. */
  async function answer(headers: Headers, method: string, ...params: XmlValue[]): Promise<string> {
    const response = await fetch(served.url(), {
      method: 'POST',
      headers: { 'Content-Type': 'text/xml', 'X-SurfRaft-Peer': '1', ...headers },
      body: encodeCall(method, params),
    });
    const decoded = decodeResponse(new Uint8Array(await response.arrayBuffer()));
    if (decoded.kind === 'fault') return `${decoded.fault.code} ${decoded.fault.text}`;
    return decoded.kind;
  }

  it('may be ours, or not be named', async () => {
    await start();
    expect(await answer({ 'X-SurfRaft-Cluster': clusterId }, 'RequestVote', vote)).to.equal(
      'value',
    );
    expect(await answer({}, 'RequestVote', vote)).to.equal('value');
    expect(served.replica.peerCalls).to.have.length(2);
  });

  for (const [method, struct] of [
    ['RequestVote', vote],
    ['AppendEntries', append],
    ['InstallSnapshot', piece],
    ['Join', join],
    ['StateReport', report],
  ] as const) {
    it(`may be no other for ${method}, which has no effect then`, async () => {
      await start();
      for (const way of ways) {
        for (const other of [otherId, '', clusterId.slice(1), `${clusterId}, ${clusterId}`]) {
          const headers = { 'X-SurfRaft-Cluster': other, ...way };
          expect(await answer(headers, method, struct)).to.match(refusal);
        }
      }
      expect(served.replica.peerCalls).to.deep.equal([]);
      expect(served.replica.heard).to.deep.equal([]);
    });
  }

  it('is looked at after the form, before the crash switch, and whatever the secret', async () => {
    await start(new ClusterSecret('s'));
    served.replica.crash();
    const headers = { 'X-SurfRaft-Cluster': otherId, 'X-SurfRaft-Secret': 's' };
    expect(await answer(headers, 'RequestVote', vote)).to.match(refusal);
    const malformed = await answer(headers, 'RequestVote', new Map(vote).set('term', 'x'));
    expect(malformed).to.match(/^-32602 .*term/);
  });

  it('is named by the transport, which tells what is wrong with it', async () => {
    await start();
    const heard: string[] = [];
    for (const id of [clusterId, otherId]) {
      const before = heard.length;
      const transport = new XmlRpcPeerTransport({ serverId: asServerId(1), clusterId: id });
      transport.setPeers([{ id: asServerId(0), address: `${host}:${served.port}` }]);
      transport.connect({
        onResponse: (_from, response) => heard.push(response.type),
        onUnreachable: (_peer, reason) => heard.push(reason),
      });
      transport.send(asServerId(0), {
        ...{ type: 'requestVote', term: asTerm(5), candidateId: asServerId(1) },
        ...{ lastLogIndex: asLogIndex(0), lastLogTerm: asTerm(0) },
        ...{ preVote: false, leadershipTransfer: false },
      });
      await waitUntil(() => heard.length > before);
      transport.close();
    }
    expect(heard[0]).to.equal('requestVote');
    expect(heard[1]).to.match(/^fault 6: unauthorised: the call is of another cluster, /);
    expect(served.replica.peerCalls).to.have.length(1);
  });
});
