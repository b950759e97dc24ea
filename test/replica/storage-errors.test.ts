/** A disk that refuses: what had no effect is told apart from what may have had one. */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { asServerId } from '../../src/base/ids.js';
import { StorageError } from '../../src/storage/storage.js';
import { append, noop, ReplicaRig } from './replica-rig.js';

const [one, two] = [asServerId(1), asServerId(2)];
const refused = { kind: 'storage', reason: 'disk full' };
const unknown = { kind: 'outcomeUnknown', reason: 'disk full' };

describe('a replica whose disk fails', () => {
  it('ends what is in the log with an unknown outcome and all else without effect', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const inLog = rig.update('a', 1);
    rig.turns();
    const others = [rig.update('a', 2), rig.update('a', 9), rig.read(), rig.sendHeartbeat()];
    rig.failDisk();
    expect(inLog.outcomes).to.deep.equal([unknown]);
    for (const { outcomes } of others) expect(outcomes).to.deep.equal([refused]);
    expect(rig.replica.status()).to.include({ role: 'follower', storageError: 'disk full' });
  });

  it('hears of it at rest, too, before anybody has to find out with an update', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.settle();
    rig.tick(1_000);
    must(rig.failAtRest, 'the disk has come to rest')(new StorageError('disk full'));
    expect(rig.replica.status()).to.include({ role: 'follower', storageError: 'disk full' });
    const late = rig.update('a', 1);
    rig.turns();
    expect(late.outcomes).to.deep.equal([refused]);
  });

  it('never says that a failed update had no effect: the others may commit it', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const call = rig.update('a', 1);
    rig.turns();
    rig.accept(one);
    rig.accept(two);
    expect(call.outcomes, 'both followers have it, this disk has not').to.deep.equal([]);
    rig.failDisk();
    expect(call.outcomes).to.deep.equal([unknown]);
  });

  it('refuses new calls, votes no more, answers no peer and ticks no more', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.update('a', 1);
    rig.turns();
    rig.failDisk();
    const calls = [rig.update('a', 1), rig.read(), rig.setLeader(), rig.sendHeartbeat()];
    rig.turns();
    for (const { outcomes } of calls) expect(outcomes).to.deep.equal([refused]);
    expect(rig.hear(one, append(one, 9, { index: 0, term: 0 }))).to.deep.equal([
      { kind: 'closed' },
    ]);
    expect([rig.tickers, rig.replica.isLeader()]).to.deep.equal([0, false]);
  });

  it('leaves a peer whose entries it could not write without an answer', () => {
    const rig = new ReplicaRig();
    const answers = rig.hear(one, append(one, 1, { index: 0, term: 0 }, [noop(1, 1)]));
    rig.failDisk();
    expect(answers).to.deep.equal([{ kind: 'closed' }]);
  });

  it('tells it once', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.update('a', 1);
    rig.turns();
    rig.hear(one, append(one, 5, { index: 1, term: 1 }));
    expect(rig.writes).to.have.length(2);
    rig.failDisk();
    const told = rig.events.filter((event) => event.type === 'storageFailed');
    expect(told).to.deep.equal([{ type: 'storageFailed', reason: 'disk full' }]);
  });

  it('stays down through crash and restore', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.replica.crash();
    rig.replica.restore();
    rig.setLeader();
    rig.replica.crash();
    rig.failDisk();
    rig.replica.restore();
    expect(rig.replica.isCrashed()).to.equal(false);
    expect(rig.tickers).to.equal(0);
    const call = rig.read();
    rig.turns();
    expect(call.outcomes).to.deep.equal([refused]);
  });
});
