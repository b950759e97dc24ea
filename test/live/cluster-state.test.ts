/** What the live page knows, and how it shows a server that says nothing. */
import { expect } from 'chai';
import { beginState, hear, loseContact, serverOf } from '../../src/live/cluster-state.js';
import { diagnoseState, newestLeader, viewServers } from '../../src/live/server-view.js';
import { addressOf, link, report } from '../doctor/looks.js';
import { heard, hearReport, unheard } from './states.js';

describe('the state of a page', () => {
  it('keeps old states as they were', () => {
    const before = heard(3);
    const after = hearReport(before, 1, report(1, 3, { term: 9 }));
    expect(serverOf(before, 1)?.report?.term).to.equal(3);
    expect(serverOf(after, 1)?.report?.term).to.equal(9);
    expect(serverOf(after, 2)).to.equal(serverOf(before, 2));
  });

  it('knows since when a server is silent, and what it said last', () => {
    const silent = loseContact(loseContact(heard(3), 2, 5_000), 2, 6_000);
    expect(serverOf(silent, 2)).to.include({ contact: 'silent', sinceMs: 5_000 });
    expect(serverOf(silent, 2)?.report?.term).to.equal(3);
    const back = hearReport(silent, 2, report(2, 3), 7_000);
    expect(serverOf(back, 2)).to.include({ contact: 'heard', sinceMs: 7_000 });
  });

  it('follows the leader in who the servers are', () => {
    const peers = [0, 1, 3].map((id) => ({ id, address: addressOf(id) }));
    const changed = hearReport(heard(3), 0, report(0, 3, { peers }));
    expect(changed.servers.map(({ id }) => id)).to.deep.equal([0, 1, 3]);
    expect(serverOf(changed, 3)?.contact).to.equal('waiting');
    expect(serverOf(changed, 1)?.contact).to.equal('heard');
    const ofFollower = hearReport(heard(3), 1, report(1, 3, { peers }));
    expect(ofFollower.servers.map(({ id }) => id)).to.deep.equal([0, 1, 2]);
    const newer = heard(3, { 1: { role: 'leader', term: 4, leaderId: 1 } });
    const ofOldLeader = hearReport(newer, 0, report(0, 3, { peers }));
    expect(ofOldLeader.servers.map(({ id }) => id)).to.deep.equal([0, 1, 2]);
  });

  it('takes a server at another address for another one', () => {
    const peers = [0, 1, 2].map((id) => ({ id, address: `other${id}:1` }));
    const moved = hearReport(heard(3), 0, report(0, 3, { peers }));
    expect(moved.servers.map(({ contact }) => contact)).to.deep.equal(Array(3).fill('waiting'));
  });

  it('hears nothing of servers that it does not know', () => {
    const state = heard(3);
    expect(hear(state, 7, { name: 'messages', messages: [] }, 1)).to.equal(state);
    expect(loseContact(state, 7, 1)).to.equal(state);
  });

  it('puts servers in order', () => {
    const servers = [2, 0, 1].map((id) => ({ id, address: addressOf(id) }));
    expect(beginState(servers, 0).servers.map(({ id }) => id)).to.deep.equal([0, 1, 2]);
  });
});

describe('a server that is shown', () => {
  const conditions = (...args: Parameters<typeof viewServers>): readonly string[] =>
    viewServers(...args).map(({ condition }) => condition);

  it('is in the condition that it tells', () => {
    expect(conditions(heard(3))).to.deep.equal(['leader', 'follower', 'follower']);
    const troubled = heard(3, {
      0: { role: 'candidate' },
      1: { role: 'crashed' },
      2: { standing: 'joining' },
    });
    expect(conditions(troubled)).to.deep.equal(['candidate', 'crashed', 'joining']);
    expect(conditions(unheard(2))).to.deep.equal(['waiting', 'waiting']);
  });

  it('is down when neither the page nor the others hear it', () => {
    const links = [link(1, { answeredMs: 40 }), link(2, { answeredMs: 40, failure: 'refused' })];
    const state = loseContact(heard(3, { 0: { links } }), 2, 2_000);
    expect(conditions(state)).to.deep.equal(['leader', 'follower', 'down']);
    const old = [link(1, { answeredMs: 40 }), link(2, { answeredMs: 4_000 })];
    expect(conditions(loseContact(heard(3, { 0: { links: old } }), 2, 2_000))[2]).to.equal('down');
  });

  it('is not seen from here while the others hear it', () => {
    expect(conditions(loseContact(heard(3), 2, 2_000))[2]).to.equal('unseen');
    // The word of a server that is silent itself counts for nothing.
    const alone = loseContact(loseContact(heard(2), 0, 2_000), 1, 2_000);
    expect(conditions(alone)).to.deep.equal(['down', 'down']);
  });

  it('is not seen from here, and nothing else, when the page never heard it', () => {
    const never = loseContact(unheard(3), 2, 1);
    expect(conditions(never)[2]).to.equal('unseen');
    const links = [link(2, { failure: 'connect ECONNREFUSED' })];
    const missed = hearReport(never, 0, report(0, 3, { links }));
    expect(conditions(missed)[2]).to.equal('down');
  });

  it('lags as the leader knows, or as it tells itself', () => {
    const followers = [{ serverId: 1, matchIndex: 7, silentMs: 40 }];
    const state = heard(3, { 0: { followers }, 2: { lastLogIndex: 4 } });
    expect(viewServers(state).map(({ lag }) => lag)).to.deep.equal([undefined, 2, 5]);
  });

  it('does not lag for a leader that it has not answered yet', () => {
    const followers = [{ serverId: 1, matchIndex: 0, silentMs: undefined }];
    const state = heard(2, { 0: { followers }, 1: { lastLogIndex: 8 } });
    expect(viewServers(state).map(({ lag }) => lag)).to.deep.equal([undefined, 1]);
  });

  it('is led by the leader of the newest term', () => {
    const state = heard(3, { 1: { role: 'leader', term: 4 } });
    expect(newestLeader(state)?.id).to.equal(1);
    expect(newestLeader(loseContact(state, 1, 1))?.id).to.equal(0);
  });

  it('has a disk that is told of only when it fails', () => {
    const state = heard(3, { 1: { storageError: 'full' }, 2: { diskSilentMs: 3_000 } });
    expect(viewServers(state).map(({ diskTrouble }) => diskTrouble)).to.deep.equal([
      ...[undefined, 'the disk refuses', 'the disk does not answer'],
    ]);
  });
});

describe('the doctor of the page', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(diagnoseState(heard(3), 'h:1')).to.deep.include({
      ...{ works: true, leaderId: 0, term: 3, findings: [] },
    });
  });

  it('tells a server that does not run from one that cannot be reached', () => {
    const refused = [link(2, { failure: 'connect ECONNREFUSED 127.0.0.1:1' })];
    const down = loseContact(heard(3, { 0: { links: refused } }), 2, 1);
    expect(diagnoseState(down, 'h:1').findings.map(({ kind }) => kind)).to.deep.equal([
      'not-running',
    ]);
    const unseen = diagnoseState(loseContact(heard(3), 2, 1), 'h:1');
    expect(unseen.findings.map(({ kind }) => kind)).to.deep.equal(['unreachable']);
    expect(unseen.works).to.equal(true);
  });

  it('names the cluster as it was told to', () => {
    const { findings } = diagnoseState(heard(3, { 1: { role: 'crashed' } }), 'h:1');
    expect(findings[0]?.advice).to.equal('npx surfraft restore h:1 1');
  });
});
