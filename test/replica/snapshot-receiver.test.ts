/** Taking in a snapshot: every byte in its place, nothing seen before all is right and durable. */
import { expect } from 'chai';
import { crc32c } from '../../src/base/crc32c.js';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { FileMap } from '../../src/files/file-map.js';
import type { RaftEvent } from '../../src/raft/effects.js';
import type { InstallSnapshotRequest } from '../../src/raft/messages.js';
import { receiveStepBytes } from '../../src/replica/snapshot-limits.js';
import { SnapshotReceiver } from '../../src/replica/snapshot-receiver.js';
import { tickMs } from '../../src/replica/timing.js';
import { PartWorld, positionAt } from './part-world.js';
import { command } from './replica-rig.js';
import { foundersOnly } from '../fixtures/founders.js';

/** The image of a map with one file, larger than a step. */
function imageOf(version: number): Uint8Array {
  const files = new FileMap();
  for (let each = 1; each <= version; each += 1) {
    files.apply(files.encode({ ...command('a', each), hashlist: ['x'.repeat(100_000)] }));
  }
  const snapshot = files.snapshot();
  return snapshot.next(1_000_000) ?? new Uint8Array();
}

const image = imageOf(1);

interface Piece {
  readonly offset: number;
  readonly end: number;
  readonly bytes?: Uint8Array;
  readonly index?: number;
  readonly term?: number;
}

function piece({ offset, end, bytes = image, index = 9, term = 3 }: Piece): InstallSnapshotRequest {
  const data = bytes.subarray(offset, end);
  return {
    ...{ type: 'installSnapshot', term: asTerm(term), leaderId: asServerId(1) },
    ...{ lastIncludedIndex: asLogIndex(index), lastIncludedTerm: asTerm(2) },
    ...{ configuration: foundersOnly, imageBytes: bytes.length, imageChecksum: crc32c(bytes) },
    ...{ offset, data, checksum: crc32c(data), done: end === bytes.length },
  };
}

class ReceiverRig {
  readonly world = new PartWorld();
  readonly files = new FileMap();
  readonly events: RaftEvent[] = [];
  lastApplied = asLogIndex(1);
  #callId = 0;
  readonly receiver = new SnapshotReceiver({
    ...this.world.parts,
    ...{ storage: this.world.storage, stateMachine: this.files },
    lastApplied: () => this.lastApplied,
    take: (event) => this.events.push(event),
  });

  take(request: InstallSnapshotRequest): void {
    this.#callId += 1;
    this.receiver.take(this.#callId, request);
  }

  /** Takes a piece and tells what came of it. */
  async taken(request: InstallSnapshotRequest): Promise<RaftEvent | undefined> {
    this.take(request);
    await this.world.settle();
    return this.events.at(-1);
  }

  /** How far the follower says it is. */
  async nextOffset(request: InstallSnapshotRequest): Promise<number | undefined> {
    const event = await this.taken(request);
    return event?.type === 'snapshotPieceTaken' ? event.nextOffset : undefined;
  }

  tick(ms: number): void {
    for (let left = ms / tickMs; left > 0; left -= 1) this.receiver.tick();
  }
}

const ask = piece({ offset: 0, end: 0 });
const half = 60_000;

describe('a snapshot that a leader sends', () => {
  it('is taken in piece by piece, made durable, and only then told', async () => {
    const rig = new ReceiverRig();
    expect(await rig.nextOffset(ask)).to.equal(0);
    expect(await rig.nextOffset(piece({ offset: 0, end: half }))).to.equal(half);
    const received = await rig.taken(piece({ offset: half, end: image.length }));
    expect(received).to.deep.equal({
      ...{ type: 'snapshotReceived', callId: 3, position: positionAt(9, 2) },
      configuration: foundersOnly,
    });
    expect(Buffer.from(image).equals(rig.world.snapshots.newest?.bytes ?? Buffer.of())).to.equal(
      true,
    );
    expect(rig.files.versionOf('a'), 'not before the core says so').to.equal(0);
    rig.receiver.takeReceived(positionAt(9, 2))?.restore.finish();
    expect(rig.files.versionOf('a')).to.equal(1);
    expect(rig.receiver.takeReceived(positionAt(9, 2)), 'once').to.equal(undefined);
    expect(rig.world.turns).to.be.at.least(Math.ceil(image.length / receiveStepBytes));
  });

  it('is answered by how far it is when pieces repeat, overlap, or leave a gap', async () => {
    const rig = new ReceiverRig();
    await rig.nextOffset(piece({ offset: 0, end: half }));
    for (const [offset, end] of [
      [0, half],
      [10, half + 10],
      [half + 1, half + 100],
    ] as const) {
      expect(await rig.nextOffset(piece({ offset, end }))).to.equal(half);
    }
    expect(await rig.nextOffset(ask)).to.equal(half);
    expect((await rig.taken(piece({ offset: half, end: image.length })))?.type).to.equal(
      'snapshotReceived',
    );
  });

  it('answers at once while a piece is being written', async () => {
    const rig = new ReceiverRig();
    rig.world.snapshots.isHanging = true;
    rig.take(piece({ offset: 0, end: half }));
    expect(await rig.nextOffset(piece({ offset: 0, end: half }))).to.equal(0);
    expect(rig.events).to.have.length(1);
    rig.world.snapshots.release();
    await rig.world.settle();
    expect(rig.events.at(-1)).to.deep.equal({
      ...{ type: 'snapshotPieceTaken', callId: 1, nextOffset: half },
    });
  });

  it('goes on for another leader who has the same image', async () => {
    const rig = new ReceiverRig();
    await rig.nextOffset(piece({ offset: 0, end: half }));
    expect(await rig.nextOffset(piece({ offset: 0, end: 0, term: 4 }))).to.equal(half);
  });

  it('begins anew for another image, and takes no notice of an older one', async () => {
    const rig = new ReceiverRig();
    await rig.nextOffset(piece({ offset: 0, end: half }));
    const newer = { bytes: imageOf(2), index: 12 };
    expect(await rig.nextOffset(piece({ offset: 0, end: half, ...newer }))).to.equal(half);
    expect(await rig.nextOffset(piece({ offset: 0, end: half }))).to.equal(0);
    expect(await rig.nextOffset(piece({ offset: 0, end: 0, ...newer }))).to.equal(half);
    expect(await rig.nextOffset(piece({ offset: 0, end: 0, term: 4 })), 'a new leader').to.equal(0);
    expect(rig.world.snapshots.writers).to.equal(1);
  });

  it('leaves no call open when another takes its place while a piece is written', async () => {
    const rig = new ReceiverRig();
    rig.world.snapshots.isHanging = true;
    rig.take(piece({ offset: 0, end: half }));
    await rig.world.settle();
    rig.take(piece({ offset: 0, end: 0, bytes: imageOf(2), index: 12 }));
    await rig.world.settle();
    const answered = rig.events.map((event) => 'callId' in event && event.callId);
    expect(answered).to.have.members([1, 2]);
    rig.world.snapshots.release();
    await rig.world.settle();
    expect(rig.events, 'each once').to.have.length(2);
    expect(rig.world.snapshots.writers).to.equal(0);
  });

  it('refuses a piece that is damaged on its way', async () => {
    const rig = new ReceiverRig();
    const wrong = { ...piece({ offset: 0, end: half }), checksum: 7 };
    expect(await rig.nextOffset(wrong)).to.equal(0);
    expect(rig.world.told).to.include('snapshotRefused');
    expect(await rig.nextOffset(piece({ offset: 0, end: half }))).to.equal(half);
  });

  it('refuses a whole that is not what was announced, before it replaces anything', async () => {
    const older = { position: positionAt(5), bytes: imageOf(2) };
    const noImage = Uint8Array.from(image).fill(1, 0, 4);
    for (const request of [
      { ...piece({ offset: 0, end: image.length }), imageChecksum: 7 },
      piece({ offset: 0, end: image.length, bytes: noImage }),
    ]) {
      const rig = new ReceiverRig();
      rig.world.snapshots.newest = older;
      expect(await rig.nextOffset(request)).to.equal(0);
      expect(rig.world.snapshots.newest).to.equal(older);
      expect(rig.world.snapshots.writers).to.equal(0);
      expect(rig.world.told).to.deep.equal(['snapshotReceiving', 'snapshotRefused']);
    }
  });

  it('gives up when the disk refuses, says why, and pauses before it begins anew', async () => {
    const rig = new ReceiverRig();
    rig.world.snapshots.refusal = 'no space left';
    expect(await rig.nextOffset(piece({ offset: 0, end: half }))).to.equal(0);
    expect(rig.world.events.at(-1)).to.deep.equal({
      ...{ type: 'snapshotRefused', reason: 'no space left' },
    });
    rig.world.snapshots.refusal = undefined;
    expect(await rig.nextOffset(piece({ offset: 0, end: half }))).to.equal(0);
    expect(rig.world.told).to.have.length(2);
    rig.tick(1_000);
    expect(await rig.nextOffset(piece({ offset: 0, end: half }))).to.equal(half);
  });

  it('lets the last call wait for the disk only a moment', async () => {
    const rig = new ReceiverRig();
    await rig.nextOffset(piece({ offset: 0, end: half }));
    rig.take(piece({ offset: half, end: image.length }));
    while (rig.world.snapshots.writers > 0) {
      rig.world.snapshots.isHanging = true;
      await rig.world.settle();
      rig.tick(100);
      rig.tick(100);
      if (rig.events.length > 1) break;
      rig.world.snapshots.release();
    }
    const whole = { type: 'snapshotPieceTaken', callId: 2, nextOffset: image.length };
    expect(rig.events.at(-1)).to.deep.equal(whole);
    expect(await rig.nextOffset(ask)).to.equal(image.length);
    rig.world.snapshots.release();
    await rig.world.settle();
    expect(rig.events.at(-1)).to.deep.equal({
      ...{ type: 'snapshotReceived', callId: 2, position: positionAt(9, 2) },
      configuration: foundersOnly,
    });
  });

  it('is given up when the server stands still, wherever it is, and can begin anew', async () => {
    for (const isHanging of [false, true]) {
      const rig = new ReceiverRig();
      await rig.nextOffset(piece({ offset: 0, end: half }));
      rig.world.snapshots.isHanging = isHanging;
      rig.take(piece({ offset: half, end: image.length }));
      rig.receiver.giveUp();
      await rig.world.settle();
      if (isHanging) expect(await rig.nextOffset(ask), 'one at a time').to.equal(0);
      rig.world.snapshots.release();
      await rig.world.settle();
      expect(rig.world.snapshots.writers).to.equal(0);
      expect(rig.events.some(({ type }) => type === 'snapshotReceived')).to.equal(false);
      expect(await rig.nextOffset(piece({ offset: 0, end: half }))).to.equal(half);
    }
  });

  it('is forgotten when entries have overtaken it, or nothing of it comes any more', async () => {
    for (const forget of [
      (rig: ReceiverRig): void => {
        rig.lastApplied = asLogIndex(9);
        rig.tick(tickMs);
      },
      (rig: ReceiverRig): void => {
        rig.tick(60_000);
      },
    ]) {
      const rig = new ReceiverRig();
      await rig.nextOffset(piece({ offset: 0, end: half }));
      rig.tick(tickMs);
      expect(rig.world.snapshots.writers).to.equal(1);
      forget(rig);
      await rig.world.settle();
      expect(rig.world.snapshots.writers).to.equal(0);
    }
  });

  it('may be empty', async () => {
    const rig = new ReceiverRig();
    const bytes = new Uint8Array();
    expect(await rig.nextOffset(piece({ offset: 0, end: 0, bytes }))).to.equal(0);
    expect(rig.world.told, 'no map has such an image').to.include('snapshotRefused');
  });
});
