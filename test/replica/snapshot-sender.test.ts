/** Sending a snapshot to one follower: in order, one piece at a time, resumed, always ended. */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { crc32c } from '../../src/base/crc32c.js';
import { asServerId, asTerm } from '../../src/base/ids.js';
import type { InstallSnapshotRequest } from '../../src/raft/messages.js';
import { pieceBytesMax } from '../../src/replica/snapshot-limits.js';
import { SnapshotSender } from '../../src/replica/snapshot-sender.js';
import { PartWorld, positionAt } from './part-world.js';
import { foundersOnly } from '../fixtures/founders.js';

const term = asTerm(3);
const image = Uint8Array.from({ length: 2.5 * pieceBytesMax }, (_, at) => at % 251);

class SenderRig {
  readonly world = new PartWorld();
  readonly sent: InstallSnapshotRequest[] = [];
  readonly begun: number[] = [];
  unreadable = 0;
  isOutdated = false;
  readonly sender = new SnapshotSender({
    ...this.world.parts,
    ...{ storage: this.world.storage, to: asServerId(1), leaderId: asServerId(0) },
    send: (request) => this.sent.push(request),
    onBegun: ({ index }) => this.begun.push(index),
    isOutdated: () => this.isOutdated,
    onUnreadable: () => {
      this.unreadable += 1;
    },
  });

  constructor(bytes = image) {
    this.world.snapshots.newest = { position: positionAt(9, 2), bytes };
  }

  async demand(at = term): Promise<void> {
    this.sender.demanded(at);
    await this.world.settle();
  }

  async answer(nextOffset: number, installed = false, index = 9): Promise<void> {
    const lastIncludedIndex = positionAt(index).index;
    this.sender.answered({
      ...{ type: 'installSnapshot', term, lastIncludedIndex, nextOffset, installed },
      refilling: false,
    });
    await this.world.settle();
  }

  get last(): InstallSnapshotRequest {
    return must(this.sent.at(-1), 'something was sent');
  }

  get ranges(): readonly string[] {
    return this.sent.map(({ offset, data }) => `${offset}+${data.length}`);
  }

  get isReading(): boolean {
    return this.world.snapshots.openReaders > 0;
  }
}

describe('a snapshot on its way to a follower', () => {
  it('asks first, then goes piece by piece, each after the answer to the one before', async () => {
    const rig = new SenderRig();
    await rig.demand();
    expect(rig.last).to.deep.equal({
      ...{ type: 'installSnapshot', term, leaderId: asServerId(0), done: false },
      ...{ lastIncludedIndex: 9, lastIncludedTerm: 2, offset: 0, data: new Uint8Array() },
      ...{ imageBytes: image.length, imageChecksum: crc32c(image), checksum: 0 },
      configuration: foundersOnly,
    });
    await rig.demand();
    await rig.demand();
    expect(rig.sent, 'one request at a time').to.have.length(1);
    await rig.answer(0);
    await rig.answer(pieceBytesMax);
    await rig.answer(2 * pieceBytesMax);
    expect(rig.ranges).to.deep.equal(['0+0', '0+524288', '524288+524288', '1048576+262144']);
    expect(rig.sent.map(({ done }) => done)).to.deep.equal([false, false, false, true]);
    expect(rig.sent.every(({ data, checksum }) => crc32c(data) === checksum)).to.equal(true);
    await rig.answer(image.length, true);
    expect(rig.isReading).to.equal(false);
    expect(rig.world.told).to.deep.equal(['snapshotSending', 'snapshotSent']);
    expect(rig.begun).to.deep.equal([9]);
  });

  it('goes on where the follower is', async () => {
    const rig = new SenderRig();
    await rig.demand();
    await rig.answer(1_000_000);
    expect(rig.last.offset).to.equal(1_000_000);
  });

  it('waits for the next demand after a loss, and asks again', async () => {
    const rig = new SenderRig();
    await rig.demand();
    await rig.answer(0);
    rig.sender.lost();
    await rig.world.settle();
    expect(rig.sent).to.have.length(2);
    await rig.demand();
    expect(rig.ranges).to.deep.equal(['0+0', '0+524288', '0+0']);
    await rig.answer(pieceBytesMax);
    expect(rig.last.offset).to.equal(pieceBytesMax);
  });

  it('stays one request at a time when a loss was none and answers come late', async () => {
    const rig = new SenderRig();
    await rig.demand();
    await rig.answer(0);
    rig.sender.lost();
    await rig.demand();
    await rig.answer(pieceBytesMax);
    await rig.answer(pieceBytesMax);
    await rig.answer(2 * pieceBytesMax);
    expect(rig.ranges).to.deep.equal([
      ...['0+0', '0+524288', '0+0', '524288+524288', '1048576+262144'],
    ]);
  });

  it('asks less and less often while answers bring nothing, and never gives up', async () => {
    const rig = new SenderRig();
    await rig.demand();
    let pieces = 0;
    for (let demand = 0; demand < 400; demand += 1) {
      const { length } = rig.sent;
      rig.sender.demanded(term);
      if (rig.sent.length > length || demand === 0) {
        await rig.answer(0);
        await rig.answer(0);
        pieces += 1;
      }
    }
    expect(pieces).to.be.within(12, 20);
  });

  it('starts over when the follower has lost what it had', async () => {
    const rig = new SenderRig();
    await rig.demand();
    await rig.answer(pieceBytesMax);
    await rig.answer(0);
    expect(rig.last.offset).to.equal(0);
    expect(rig.last.data).to.have.length(pieceBytesMax);
  });

  it('asks on while the follower makes the whole image durable', async () => {
    const rig = new SenderRig(image.subarray(0, 100));
    await rig.demand();
    await rig.answer(0);
    for (let poll = 0; poll < 3; poll += 1) {
      await rig.answer(100);
      await rig.demand();
    }
    expect(rig.ranges).to.deep.equal(['0+0', '0+100', '0+0', '0+0', '0+0']);
    await rig.answer(100, true);
    expect(rig.isReading).to.equal(false);
  });

  it('takes no notice of answers about another snapshot, or to nothing', async () => {
    const rig = new SenderRig();
    await rig.answer(0);
    await rig.demand();
    await rig.answer(0, true, 8);
    await rig.answer(0, false, 8);
    expect(rig.sent).to.have.length(1);
    expect(rig.isReading).to.equal(true);
  });

  it('ends with the term, and with leadership, wherever it is', async () => {
    for (const answers of [0, 1]) {
      const rig = new SenderRig();
      await rig.demand();
      if (answers === 1) await rig.answer(0);
      rig.sender.end();
      await rig.world.settle();
      expect(rig.isReading).to.equal(false);
      await rig.answer(0);
      const { length } = rig.sent;
      await rig.demand(asTerm(4));
      expect(rig.sent).to.have.length(length + 1);
      expect(rig.last.term).to.equal(4);
      await rig.demand(asTerm(5));
      await rig.demand(asTerm(5));
      expect(rig.last.term).to.equal(5);
      expect(rig.world.snapshots.openReaders).to.equal(1);
    }
  });

  it('ends when it is not needed, but not before the answer to what was sent', async () => {
    const rig = new SenderRig();
    await rig.demand();
    rig.sender.notNeeded();
    await rig.world.settle();
    expect(rig.isReading, 'it has asked').to.equal(true);
    await rig.answer(0);
    await rig.answer(image.length);
    rig.sender.notNeeded();
    await rig.world.settle();
    expect(rig.isReading).to.equal(false);
    await rig.demand();
    expect(rig.ranges).to.deep.equal(['0+0', '0+524288', '0+0']);
  });

  it('closes its reader when it is ended while one is opened, or reads', async () => {
    const rig = new SenderRig();
    rig.sender.demanded(term);
    rig.sender.end();
    await rig.world.settle();
    expect([rig.isReading, rig.sent.length]).to.deep.equal([false, 0]);
    await rig.demand();
    const answered = rig.answer(0);
    rig.sender.end();
    await answered;
    expect([rig.isReading, rig.sent.length]).to.deep.equal([false, 1]);
  });

  it('is replaced by another one while the follower does not answer', async () => {
    const rig = new SenderRig();
    await rig.demand();
    rig.sender.lost();
    rig.world.snapshots.newest = { position: positionAt(20, 2), bytes: image };
    rig.isOutdated = true;
    await rig.demand();
    rig.isOutdated = false;
    await rig.demand();
    expect(rig.last.lastIncludedIndex).to.equal(20);
    expect(rig.world.snapshots.openReaders).to.equal(1);
    expect(rig.begun).to.deep.equal([]);
  });

  it('that is damaged is said and given up, and tried again after a pause', async () => {
    const rig = new SenderRig();
    rig.world.snapshots.isDamaged = true;
    await rig.demand();
    await rig.answer(0);
    expect(rig.world.events.at(-1)).to.deep.equal({
      ...{ type: 'snapshotSendFailed', to: asServerId(1), reason: 'a flipped bit' },
    });
    expect([rig.unreadable, rig.isReading]).to.deep.equal([1, false]);
    await rig.demand();
    expect(rig.sent).to.have.length(1);
    for (let tick = 0; tick < 40; tick += 1) rig.sender.tick();
    await rig.demand();
    expect(rig.sent).to.have.length(2);
  });

  it('that is not there is said', async () => {
    const rig = new SenderRig();
    rig.world.snapshots.newest = undefined;
    await rig.demand();
    expect(rig.world.told).to.deep.equal(['snapshotSendFailed']);
    expect(rig.unreadable).to.equal(1);
  });
});
