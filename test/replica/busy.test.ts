/** Limits: what a leader takes before it is busy, and that being busy has no effect. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { pendingCallsMax } from '../../src/base/limits.js';
import { applySliceEntries } from '../../src/replica/applier.js';
import {
  leadershipCallsMax,
  proposeBytesMax,
  uncommittedBytesMax,
  uncommittedEntriesMax,
} from '../../src/replica/limits.js';
import { append, command, logOf, ReplicaRig, type Asked } from './replica-rig.js';
import type { UpdateResult } from '../../src/files/file-command.js';

const peer = asServerId(1);
const busy = { kind: 'busy' };

/** An update with a payload of at least this many bytes. */
function large(rig: ReplicaRig, name: string, bytes: number): Asked<UpdateResult> {
  const hashlist = ['x'.repeat(bytes)];
  return rig.ask((answer) =>
    rig.replica.submit(
      { type: 'updatefile', name, version: 1, hashlist, requestId: undefined, timeMs: 0 },
      answer,
    ),
  );
}

describe('a leader', () => {
  it('is busy when too many calls wait, and takes more when some have hung up', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const waiting = Array.from({ length: pendingCallsMax }, (_, at) =>
      at % 2 === 0 ? rig.read() : rig.update(`f${at}`, 1),
    );
    const refused = [rig.read(), rig.update('a', 1)];
    rig.turns();
    for (const { outcomes } of refused) expect(outcomes).to.deep.equal([busy]);
    for (const { hangUp } of waiting.slice(0, 2)) hangUp();
    const taken = rig.read();
    rig.settle();
    expect(taken.outcomes).to.have.length(1);
    expect(waiting.filter(({ outcomes }) => outcomes.length === 1)).to.have.length(
      pendingCallsMax - 2,
    );
    expect(rig.files.versionOf('a'), 'the refused update had no effect').to.equal(0);
  });

  it('is busy when too many entries wait for a majority, though their callers are gone', () => {
    const rig = new ReplicaRig();
    rig.lead();
    for (let at = 0; at < uncommittedEntriesMax; at += 1) {
      rig.update(`f${at}`, 1).hangUp();
      if (at % 10_000 === 0) rig.tick(2);
      if (at % 10_000 === 0) rig.turns();
      if (at % 10_000 === 5_000) rig.completeWrites();
    }
    rig.turns();
    const refused = rig.update('a', 1);
    const read = rig.read();
    rig.turns();
    expect(refused.outcomes).to.deep.equal([busy]);
    expect(read.outcomes, 'reads cost the log nothing').to.deep.equal([]);
    rig.settle();
    expect(read.outcomes).to.deep.equal([{ kind: 'done', value: undefined }]);
    const taken = rig.update('a', 1);
    rig.settle();
    expect(taken.outcomes).to.deep.equal([{ kind: 'done', value: 'updated' }]);
  }).timeout(20_000);

  it('counts the bytes of what waits for its disk, too', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const bytes = uncommittedBytesMax / 4;
    const taken = Array.from({ length: 5 }, (_, at) => large(rig, `f${at}`, bytes));
    rig.turns();
    expect(taken.map(({ outcomes }) => outcomes)).to.deep.equal([[], [], [], [], [busy]]);
  }).timeout(20_000);

  it('logs large commands in portions, and a verdict on them only after the last', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const calls = Array.from({ length: 5 }, (_, at) => large(rig, `f${at}`, proposeBytesMax / 2));
    const verdict = rig.update('f4', 7);
    rig.turns();
    const portions = [];
    while (rig.writes.length > 0) {
      expect(verdict.outcomes, 'before what it was judged against is applied').to.deep.equal([]);
      portions.push(rig.writes[0]?.write.entries.length);
      rig.completeWrite();
      rig.accept(peer);
      rig.turns();
      rig.accept(peer);
      rig.turns();
    }
    expect(portions).to.deep.equal([1, 1, 1, 1, 1]);
    rig.settle();
    for (const { outcomes } of calls) {
      expect(outcomes).to.deep.equal([{ kind: 'done', value: 'updated' }]);
    }
    expect(verdict.outcomes).to.deep.equal([{ kind: 'done', value: 'versionConflict' }]);
  }).timeout(20_000);

  it('drops a call whose caller hangs up before the backlog is applied', () => {
    const commands = Array.from({ length: 5_000 }, (_, at) => command('a', at + 1));
    const rig = new ReplicaRig({ term: 1, entries: logOf(1, commands) });
    rig.hear(peer, append(peer, 1, { index: 5_000, term: 1, commit: 5_000 }));
    rig.setLeader();
    rig.completeWrites();
    rig.accept(peer);
    expect(rig.replica.status(), 'it leads and has begun to apply').to.include({
      role: 'leader',
      lastApplied: applySliceEntries,
    });
    const call = rig.update('b', 1);
    const other = rig.update('c', 1);
    expect(rig.replica.status().pendingUpdates).to.equal(2);
    call.hangUp();
    expect(rig.replica.status().pendingUpdates).to.equal(1);
    rig.settle();
    expect(other.outcomes).to.deep.equal([{ kind: 'done', value: 'updated' }]);
    expect(rig.files.versionOf('b')).to.equal(0);
  });

  it('counts no entry twice or for ever: it is not busy after any number of updates', () => {
    const rig = new ReplicaRig({ serverCount: 1 });
    rig.lead();
    for (let batch = 0; batch < 11; batch += 1) {
      for (let at = 0; at < 10_000; at += 1) rig.update(`f${batch}-${at}`, 1);
      rig.completeWrites();
      rig.turns();
      rig.completeWrites();
    }
    const taken = rig.update('a', 1);
    rig.settle();
    expect(taken.outcomes).to.deep.equal([{ kind: 'done', value: 'updated' }]);
  }).timeout(20_000);

  it('counts the bytes of commands that wait until it may judge them', () => {
    const commands = Array.from({ length: 5_000 }, (_, at) => command('a', at + 1));
    const rig = new ReplicaRig({ term: 1, entries: logOf(1, commands) });
    rig.hear(peer, append(peer, 1, { index: 5_000, term: 1, commit: 5_000 }));
    rig.setLeader();
    rig.completeWrites();
    rig.accept(peer);
    const bytes = uncommittedBytesMax / 4;
    const waiting = Array.from({ length: 4 }, (_, at) => large(rig, `f${at}`, bytes));
    const refused = large(rig, 'g', 1);
    waiting[0]?.hangUp();
    const taken = large(rig, 'h', 1);
    rig.turn();
    expect(refused.outcomes).to.deep.equal([busy]);
    expect([waiting[1]?.outcomes, taken.outcomes]).to.deep.equal([[], []]);
  }).timeout(20_000);
});

describe('a server that many ask to lead', () => {
  it('is busy when too many wait, for leadership or for a round', () => {
    const rig = new ReplicaRig();
    const waiting = Array.from({ length: leadershipCallsMax }, () => rig.setLeader());
    const refused = [rig.setLeader(), rig.sendHeartbeat()];
    rig.turns();
    for (const { outcomes } of refused) expect(outcomes).to.deep.equal([busy]);
    waiting[0]?.hangUp();
    const taken = rig.setLeader();
    rig.settle();
    expect(taken.outcomes).to.deep.equal([{ kind: 'done', value: true }]);
    const rounds = Array.from({ length: leadershipCallsMax + 1 }, () => rig.sendHeartbeat());
    rig.settle();
    expect(rounds.map(({ outcomes }) => outcomes.length === 1).every(Boolean)).to.equal(true);
    expect(rounds.at(-1)?.outcomes).to.deep.equal([busy]);
  });
});
