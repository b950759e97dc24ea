/** Requests that no correct server makes: following them would destroy what was promised. */
import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import type { AppendEntriesRequest } from '../../src/raft/messages.js';
import { entriesOf } from './cluster-checks.js';
import { makeEntry } from './make.js';
import { RaftCluster } from './raft-cluster.js';

const forger = asServerId(2);

/** Three servers; server 0 leads term 1 and has committed entries 1 to 3. */
function makeCluster(): RaftCluster {
  const cluster = new RaftCluster({ size: 3 });
  cluster.elect(0);
  cluster.propose(0, 'a', 'b');
  cluster.deliverAll();
  return cluster;
}

/** Sends it to this server and returns what the server said of it. */
function forge(cluster: RaftCluster, to: number, forged: Partial<AppendEntriesRequest>): string {
  const place = { prevLogIndex: asLogIndex(3), prevLogTerm: asTerm(1), entries: [] };
  const request: AppendEntriesRequest = {
    ...{ type: 'appendEntries', term: asTerm(1), leaderId: forger },
    ...{ ...place, leaderCommit: asLogIndex(3), round: 9, majorityLost: false, ...forged },
  };
  const callId = cluster.server(to).openCall(forger);
  cluster.trace.length = 0;
  cluster.step(to, { type: 'request', from: forger, callId, request });
  return cluster.trace[0] ?? '';
}

describe('A request that no correct server makes', () => {
  it('is refused by a leader when it claims to lead the same term', () => {
    const cluster = makeCluster();
    expect(forge(cluster, 0, {})).to.contain('claims to lead term 1, which this server leads');
    expect(cluster.server(0).isLeader).to.equal(true);
  });

  it('is refused when it would replace a committed entry', () => {
    const cluster = makeCluster();
    const place = { prevLogIndex: asLogIndex(2), prevLogTerm: asTerm(1) };
    const said = forge(cluster, 1, { ...place, term: asTerm(2), entries: [makeEntry(3, 2)] });
    expect(said).to.contain('would replace the committed entry 3');
    expect(entriesOf(cluster.server(1).raft)).to.deep.equal(entriesOf(cluster.server(0).raft));
  });

  it('is refused when it contradicts a committed entry', () => {
    const cluster = makeCluster();
    const said = forge(cluster, 1, { term: asTerm(2), prevLogTerm: asTerm(2) });
    expect(said).to.contain('contradicts the committed entry 3');
    expect(cluster.server(1).raft.leaderId).to.equal(0);
  });

  it('changes no term, resets no timer and confirms no round', () => {
    const cluster = makeCluster();
    forge(cluster, 1, { term: asTerm(7), prevLogTerm: asTerm(7) });
    expect(cluster.server(1).raft.term).to.equal(1);
    const body = cluster.network.at(-1)?.body;
    expect(body).to.deep.include({ kind: 'response' });
    const response = body?.kind === 'response' ? body.response : undefined;
    expect(response).to.deep.include({ success: false, round: 0, conflictIndex: 0 });
  });
});
