/** The crash switch: what it ends, what it holds, and what comes back with `restore`. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { append, ReplicaRig, voteRequest } from './replica-rig.js';

const peer = asServerId(1);
const unlogged = { kind: 'crashed', logged: false };
const logged = { kind: 'crashed', logged: true };

describe('the crash switch', () => {
  it('ends every pending call at once, and tells those in the log apart', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const inLog = rig.update('a', 1);
    rig.turns();
    const behindTheDisk = rig.update('a', 2);
    const verdict = rig.update('a', 9);
    const read = rig.read();
    const heartbeat = rig.sendHeartbeat();
    rig.turns();
    rig.replica.crash();
    expect(inLog.outcomes).to.deep.equal([logged]);
    for (const { outcomes } of [behindTheDisk, verdict, read, heartbeat]) {
      expect(outcomes).to.deep.equal([unlogged]);
    }
    expect(rig.replica.status()).to.include({
      role: 'crashed',
      pendingUpdates: 0,
      pendingReads: 0,
    });
    rig.replica.restore();
    rig.settle();
    expect(inLog.outcomes).to.have.length(1);
  });

  it('refuses new calls, and is not leader', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.replica.crash();
    const calls = [rig.update('a', 1), rig.read(), rig.setLeader(), rig.sendHeartbeat()];
    rig.turns();
    for (const { outcomes } of calls) expect(outcomes).to.deep.equal([unlogged]);
    expect(rig.replica.isLeader()).to.equal(false);
    expect(rig.replica.isCrashed()).to.equal(true);
  });

  it('sends nothing, ticks no more, and answers peers that it is crashed', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const vote = rig.hear(peer, voteRequest(peer, 5, { index: 9, term: 1 }));
    const term = rig.replica.status().term;
    rig.sent.length = 0;
    rig.replica.crash();
    expect(vote, 'a vote that was not on disk yet').to.deep.equal([{ kind: 'crashed' }]);
    expect(rig.tickers).to.equal(0);
    rig.completeWrites();
    rig.turns();
    expect(rig.sent).to.deep.equal([]);
    const calls = rig.hear(peer, append(peer, 7, { index: 0, term: 0 }));
    expect(calls).to.deep.equal([{ kind: 'crashed' }]);
    expect(rig.replica.status().term).to.equal(term);
  });

  it('has no effect the second time, and neither has restore', () => {
    const rig = new ReplicaRig();
    rig.replica.crash();
    rig.replica.crash();
    rig.replica.restore();
    rig.replica.restore();
    expect(rig.events.map((event) => event.type)).to.deep.equal(['crashed', 'restored']);
    expect(rig.tickers).to.equal(1);
  });

  it('freezes what is applied, and applies the rest after restore', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const first = rig.update('a', 1, () => {
      rig.replica.crash();
    });
    rig.update('a', 2);
    rig.settle();
    expect(first.outcomes).to.have.length(1);
    expect(rig.files.versionOf('a'), 'the second was committed with the first').to.equal(1);
    rig.replica.restore();
    rig.turns();
    expect(rig.files.versionOf('a')).to.equal(2);
  });

  it('keeps term, vote and log', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.update('a', 1);
    rig.settle();
    const { term, lastLogIndex } = rig.replica.status();
    rig.replica.crash();
    rig.replica.restore();
    expect(rig.replica.status()).to.include({ role: 'follower', term, lastLogIndex });
    const second = rig.hear(peer, voteRequest(peer, term, { index: 99, term }));
    rig.settle([]);
    expect(second).to.have.length(1);
    expect(JSON.stringify(second)).to.include('"voteGranted":false');
  });

  it('gives a fresh, full election timeout with restore', () => {
    const rig = new ReplicaRig();
    rig.tick(80);
    rig.replica.crash();
    rig.replica.restore();
    rig.tick(80);
    expect(rig.replica.status().role).to.equal('follower');
    rig.tick(20);
    expect(rig.replica.status().role).to.equal('candidate');
  });

  it('heals the artificial partition with restore, also on a live server', () => {
    const rig = new ReplicaRig();
    rig.replica.setUnreachable([peer], 'both');
    rig.replica.restore();
    expect(rig.replica.status().unreachable).to.deep.equal([]);
    expect(rig.events.map((event) => event.type)).to.deep.equal(['cut', 'cut']);
  });

  it('may be thrown and taken back by a caller who hears of the crash', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const call = rig.update('a', 1, () => {
      rig.replica.restore();
    });
    const other = rig.read();
    rig.turns();
    rig.replica.crash();
    expect(call.outcomes).to.deep.equal([logged]);
    expect(other.outcomes).to.have.length(1);
    expect(other.outcomes[0]?.kind).to.be.oneOf(['crashed', 'notLeader']);
    expect(rig.replica.status().role).to.equal('follower');
    rig.live(200);
    rig.lead();
    expect(rig.replica.isLeader()).to.equal(true);
  });

  it('may be thrown and taken back within an answer of the step that commits', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const first = rig.update('a', 1, () => {
      rig.replica.crash();
      rig.replica.restore();
    });
    const second = rig.update('a', 2);
    rig.settle();
    expect(first.outcomes).to.have.length(1);
    expect(second.outcomes).to.deep.equal([logged]);
    expect(rig.replica.status().role).to.equal('follower');
    rig.live(200);
    rig.lead();
    expect(rig.files.versionOf('a')).to.equal(2);
  });

  it('lets a peer that hears of the crash take it back', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.replica.handlePeer(peer, voteRequest(peer, 5, { index: 9, term: 1 }), () => {
      rig.replica.restore();
    });
    rig.replica.crash();
    expect(rig.replica.isCrashed()).to.equal(false);
    rig.live(200);
    rig.lead();
  });
});
