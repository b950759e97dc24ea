/** Going down: every call ends, the disk gets what is under way, and nothing more is begun. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { append, ReplicaRig } from './replica-rig.js';

const peer = asServerId(1);

describe('a replica that stops', () => {
  it('ends what is logged with an unknown outcome and all else without effect', async () => {
    const rig = new ReplicaRig();
    rig.lead();
    const update = rig.update('a', 1);
    rig.turns();
    const others = [rig.update('a', 9), rig.read(), rig.sendHeartbeat()];
    await rig.replica.stop();
    expect(update.outcomes).to.deep.equal([
      { kind: 'outcomeUnknown', reason: 'the server is stopping' },
    ]);
    for (const { outcomes } of others) expect(outcomes).to.deep.equal([{ kind: 'stopping' }]);
    expect([rig.isStorageClosed, rig.isTransportClosed, rig.tickers]).to.deep.equal([
      true,
      true,
      0,
    ]);
  });

  it('takes no call and answers no peer', async () => {
    const rig = new ReplicaRig();
    rig.lead();
    await rig.replica.stop();
    const calls = [rig.update('a', 1), rig.read(), rig.setLeader(), rig.sendHeartbeat()];
    rig.turns();
    for (const { outcomes } of calls) expect(outcomes).to.deep.equal([{ kind: 'stopping' }]);
    expect(rig.hear(peer, append(peer, 9, { index: 0, term: 0 }))).to.deep.equal([
      { kind: 'closed' },
    ]);
    expect(rig.replica.isLeader()).to.equal(false);
  });

  it('writes nothing after its disk was given back, whatever write was under way', async () => {
    const rig = new ReplicaRig({ serverCount: 1 });
    rig.setLeader();
    expect(rig.writes, 'its vote').to.have.length(1);
    await rig.replica.stop();
    rig.completeWrites();
    expect(rig.writes).to.have.length(0);
    expect(rig.replica.status().role).to.equal('follower');
  });

  it('is beyond the crash switch', async () => {
    const rig = new ReplicaRig();
    await rig.replica.stop();
    rig.replica.crash();
    rig.replica.restore();
    expect(rig.hear(peer, append(peer, 9, { index: 0, term: 0 }))).to.deep.equal([
      { kind: 'closed' },
    ]);
    expect(rig.tickers).to.equal(0);
  });

  it('may be stopped while it is crashed', async () => {
    const rig = new ReplicaRig();
    rig.replica.crash();
    await rig.replica.stop();
    rig.replica.restore();
    expect(rig.tickers).to.equal(0);
    expect(rig.isStorageClosed).to.equal(true);
  });
});
