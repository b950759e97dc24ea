/** When a server takes a snapshot, and what becomes of one that cannot be finished. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { FileMap } from '../../src/files/file-map.js';
import type { LogPosition } from '../../src/raft/messages.js';
import { dueBytes, takeStepBytes } from '../../src/replica/snapshot-limits.js';
import { SnapshotTaker } from '../../src/replica/snapshot-taker.js';
import { tickMs } from '../../src/replica/timing.js';
import { PartWorld, positionAt } from './part-world.js';
import { command, logOf } from './replica-rig.js';
import { foundersOnly } from '../fixtures/founders.js';

const limits = { logBytesMin: 100, logBytesMax: 1_000, tailEntries: 0, tailBytes: 0 };
const minute = 60_000 / tickMs;

class TakerRig {
  readonly world = new PartWorld();
  readonly files = new FileMap();
  readonly taken: LogPosition[] = [];
  readonly taker: SnapshotTaker;
  applied = 0;

  constructor(serverId = 0) {
    this.taker = new SnapshotTaker({
      serverId: asServerId(serverId),
      ...this.world.parts,
      ...{ stateMachine: this.files, storage: this.world.storage, limits },
      position: () => positionAt(this.applied),
      configurationAt: () => foundersOnly,
      onTaken: (position) => this.taken.push(position),
    });
  }

  /** Applies an entry with a payload of about so many bytes. */
  apply(bytes: number): void {
    this.applied += 1;
    const hashlist = ['x'.repeat(bytes)];
    const [entry] = logOf(1, [{ ...command('a', this.applied), hashlist }]);
    if (entry === undefined) return;
    this.files.apply(entry.payload);
    this.taker.applied(entry);
  }

  async tick(times = 1): Promise<void> {
    for (let left = times; left > 0; left -= 1) this.taker.tick();
    await this.world.settle();
  }
}

describe('a snapshot', () => {
  it('is due after as many bytes as the last one has, within bounds', () => {
    expect(dueBytes(limits, 0)).to.equal(100);
    expect(dueBytes(limits, 500)).to.equal(500);
    expect(dueBytes(limits, 1e9)).to.equal(1_000);
  });

  it('is taken once so much was applied, not before and not again', async () => {
    const rig = new TakerRig();
    rig.apply(10);
    await rig.tick(minute);
    expect(rig.taken).to.deep.equal([]);
    rig.apply(100);
    await rig.tick(minute);
    expect(rig.taken).to.deep.equal([positionAt(2)]);
    expect(rig.world.snapshots.newest?.position).to.deep.equal(positionAt(2));
  });

  it('is first taken earlier by a server that is not the first, and then as often', async () => {
    const rig = new TakerRig(1);
    const bytes = (): number => rig.taker.appliedBytes;
    const earlyBytes = limits.logBytesMin / 4;
    rig.apply(1);
    while (bytes() < limits.logBytesMin - earlyBytes) {
      await rig.tick();
      expect(rig.taken).to.deep.equal([]);
      rig.apply(1);
    }
    await rig.tick();
    expect(rig.taken).to.deep.equal([positionAt(rig.applied)]);
    const { newestAtBytes } = rig.taker;
    const imageBytes = rig.world.snapshots.newest?.bytes.length ?? 0;
    const next = newestAtBytes + dueBytes(limits, imageBytes);
    while (bytes() < next) {
      await rig.tick();
      expect(rig.taken).to.have.length(1);
      rig.apply(1);
    }
    await rig.tick();
    expect(rig.taken).to.have.length(2);
  });

  it('holds the state as it was when it began, written in small steps of a turn each', async () => {
    const rig = new TakerRig();
    for (let file = 0; file < 10; file += 1) rig.apply(takeStepBytes);
    const before = new FileMap();
    const begun = rig.applied;
    rig.taker.tick();
    rig.apply(100);
    await rig.world.settle();
    expect(rig.taken).to.deep.equal([positionAt(begun)]);
    const restore = before.restore();
    restore.write(rig.world.snapshots.newest?.bytes ?? new Uint8Array());
    restore.finish();
    expect(before.versionOf('a')).to.equal(begun);
    expect(rig.world.turns).to.be.at.least(2);
  });

  it('is never taken twice at once, however long the disk needs', async () => {
    const rig = new TakerRig();
    rig.world.snapshots.isHanging = true;
    rig.apply(2_000);
    await rig.tick();
    rig.apply(2_000);
    await rig.tick(minute);
    expect(rig.world.snapshots.writers).to.equal(1);
    rig.world.snapshots.release();
    await rig.world.settle();
    await rig.tick();
    expect(rig.taken).to.deep.equal([positionAt(1), positionAt(2)]);
  });

  it('that the disk refuses is said, given up, and tried again at a bounded pace', async () => {
    const rig = new TakerRig();
    rig.world.snapshots.refusal = 'no space left';
    rig.apply(200);
    for (let tick = 0; tick < 5 * minute; tick += 40) await rig.tick(40);
    const failures = rig.world.events.length;
    expect(failures).to.be.within(6, 12);
    expect(rig.world.events[0]).to.deep.equal({ type: 'snapshotFailed', reason: 'no space left' });
    expect(rig.world.snapshots.writers).to.equal(0);
    rig.world.snapshots.refusal = undefined;
    await rig.tick(minute);
    expect(rig.taken).to.deep.equal([positionAt(1)]);
  }).timeout(20_000);

  it('that is given up half way is not told, and frees what it took', async () => {
    const rig = new TakerRig();
    rig.world.snapshots.isHanging = true;
    rig.apply(200);
    await rig.tick();
    rig.taker.giveUp();
    rig.taker.giveUp();
    rig.world.snapshots.release();
    await rig.world.settle();
    expect([rig.taken, rig.world.events, rig.world.snapshots.writers]).to.deep.equal([[], [], 0]);
    expect(rig.world.snapshots.newest).to.equal(undefined);
    await rig.tick();
    expect(rig.taken).to.deep.equal([positionAt(1)]);
  });

  it('is taken at once on demand', async () => {
    const rig = new TakerRig();
    rig.apply(1);
    rig.taker.demand();
    await rig.tick();
    await rig.tick(minute);
    expect(rig.taken).to.deep.equal([positionAt(1)]);
  });

  it('of the leader counts as the last one', async () => {
    const rig = new TakerRig();
    rig.apply(99);
    rig.taker.installed(500);
    rig.apply(300);
    await rig.tick(minute);
    expect(rig.taken, 'the image has more').to.deep.equal([]);
    rig.apply(300);
    await rig.tick();
    expect(rig.taken).to.deep.equal([positionAt(3)]);
  });
});
