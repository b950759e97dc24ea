/** Snapshot files beside a log: what they cost, when they go, and what an error does not touch. */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { crc32c } from '../../src/base/crc32c.js';
import { snapshotName } from '../../src/storage/file-names.js';
import { SnapshotFileReader, SnapshotFileWriter } from '../../src/storage/snapshot-file.js';
import { StorageDamagedError, StorageError } from '../../src/storage/storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { FaultyDisk, randomFrom } from './faulty-disk.js';
import { imageOf, openOn } from './storage-history.js';
import { entriesOf, hardStateOf, positionOf, resetOf, sampleIdentity } from './storage-samples.js';
import { newestImage, takeSnapshot, writeOf, written } from './storage-samples.js';
import { foundersOnly } from '../fixtures/founders.js';

function snapshotsOn(disk: FaultyDisk): string[] {
  return disk.names().filter((name) => name.startsWith('snapshot-'));
}

function logsOn(disk: FaultyDisk): string[] {
  return disk.names().filter((name) => name.startsWith('log-'));
}

async function save(storage: Storage, index: number, term = 1): Promise<void> {
  const position = positionOf(index, term);
  await takeSnapshot(storage, position, imageOf(position));
}

async function opened(disk = new FaultyDisk(randomFrom(1)), change = {}) {
  const { storage } = await openOn(disk, change);
  await written(storage, writeOf([], hardStateOf(1)));
  return { disk, storage };
}

describe('snapshots beside a log on disk', () => {
  it('go when a newer one is there and nobody reads them any more', async () => {
    const { disk, storage } = await opened();
    await save(storage, 1);
    const readers = [await storage.openSnapshot(), await storage.openSnapshot()];
    await save(storage, 2);
    await save(storage, 3);
    expect(snapshotsOn(disk)).to.deep.equal(
      [1, 3].map((at) => snapshotName(positionOf(at, 1).index)),
    );
    for (const reader of readers) await reader?.close();
    expect(snapshotsOn(disk)).to.deep.equal([snapshotName(positionOf(3, 1).index)]);
    await storage.close();
  });

  it('leave nothing behind that was given up or not finished', async () => {
    const { disk, storage } = await opened();
    await save(storage, 5);
    const [old, given, unfinished] = [4, 6, 7].map((index) =>
      storage.createSnapshot(positionOf(index, 1), foundersOnly),
    );
    for (const writer of [old, given, unfinished]) await writer?.write(Uint8Array.of(1));
    await old?.commit();
    await given?.abandon();
    const crashed = disk.afterKill().copy();
    await storage.close();
    expect(snapshotsOn(disk)).to.deep.equal([snapshotName(positionOf(5, 1).index)]);
    await openOn(crashed);
    expect(snapshotsOn(crashed)).to.deep.equal([snapshotName(positionOf(5, 1).index)]);
  });

  it('fail alone: the log goes on, and the snapshot before stays', async () => {
    let failed = 0;
    for (let failAt = 0; failAt < 14; failAt++) {
      const { disk, storage } = await opened(new FaultyDisk(randomFrom(failAt)));
      await save(storage, 1);
      disk.arm({ failAt });
      const error: unknown = await save(storage, 2).catch((caught: unknown) => caught);
      disk.arm({});
      if (error !== undefined) {
        expect(error).to.be.instanceOf(StorageError);
        expect((await newestImage(storage, 9))?.position).to.deep.equal(positionOf(1, 1));
        failed += 1;
      }
      expect(await written(storage, writeOf(entriesOf(1, 1, 1)))).to.equal(undefined);
      await save(storage, 3);
      expect((await newestImage(storage, 9))?.position).to.deep.equal(positionOf(3, 1));
      await storage.close();
    }
    expect(failed).to.be.greaterThan(5);
  });

  it('are told of as damaged by whoever reads them', async () => {
    const { disk, storage } = await opened();
    await save(storage, 1);
    const name = snapshotName(positionOf(1, 1).index);
    const reader = must(await storage.openSnapshot(), 'a snapshot');
    disk.flipBit(name, 120 * 8);
    const read: unknown = await reader.read(0, 1).catch((caught: unknown) => caught);
    expect(read).to.be.instanceOf(StorageDamagedError);
    disk.flipBit(name, 0);
    const open: unknown = await storage.openSnapshot().catch((caught: unknown) => caught);
    expect(open).to.be.instanceOf(StorageError);
    await storage.close();
  });
});

describe('old segments of the log', () => {
  it('go once a snapshot covers them and nobody wants them', async () => {
    const { disk, storage } = await opened();
    for (const { index } of entriesOf(1, 30, 1)) {
      await written(storage, writeOf(entriesOf(index, 1, 1)));
    }
    const all = logsOn(disk).length;
    storage.compact(positionOf(30, 1).index);
    await written(storage, writeOf([]));
    expect(logsOn(disk).length).to.equal(all);
    await save(storage, 20);
    for (let write = 0; write < 20; write++) await written(storage, writeOf([]));
    const left = logsOn(disk).length;
    expect(left).to.be.within(2, all - 1);
    await save(storage, 30);
    await storage.close();
    expect(logsOn(disk).length).to.equal(1);
    const { recovered } = await openOn(disk);
    expect(recovered.snapshot).to.deep.equal(positionOf(30, 1));
  });

  it('go behind a new beginning of the log, whatever stood in them', async () => {
    const { disk, storage } = await opened();
    for (const { index } of entriesOf(1, 30, 1)) {
      await written(storage, writeOf(entriesOf(index, 1, 1)));
    }
    await save(storage, 10, 2);
    await written(storage, resetOf(10, 2, entriesOf(11, 1, 2), hardStateOf(2)));
    storage.compact(positionOf(10, 2).index);
    await storage.close();
    expect(logsOn(disk).length).to.equal(1);
    const { recovered } = await openOn(disk);
    expect([recovered.logBase.index, recovered.entries.length]).to.deep.equal([10, 1]);
  });

  it('keep the folder small under endless updates', async () => {
    const { disk, storage } = await opened();
    let largest = 0;
    for (const { index } of entriesOf(1, 2000, 1)) {
      await written(storage, writeOf(entriesOf(index, 1, 1)));
      if (index % 10 !== 0) continue;
      await save(storage, index);
      storage.compact(positionOf(index - 5, 1).index);
      largest = Math.max(largest, disk.allBytes);
    }
    await storage.close();
    expect(largest).to.be.lessThan(2500);
  });

  it('cost a write nothing: it is one operation, whatever else goes on', async () => {
    // What is filled in the background is no write's.
    const fillSteps = { heldBytesMin: Infinity, stepBytesMin: 0, stepBytesMax: 0 };
    const { disk, storage } = await opened(undefined, { fillSteps });
    await save(storage, 1);
    disk.arm({});
    for (const { index } of entriesOf(1, 3, 1)) {
      await written(storage, writeOf(entriesOf(index, 1, 1)));
    }
    await written(storage, resetOf(1, 1, entriesOf(2, 2, 1)));
    expect(disk.operations).to.equal(4);
    await storage.close();
  });
});

describe('a snapshot file', () => {
  const header = {
    identity: sampleIdentity,
    position: positionOf(7, 3),
    configuration: foundersOnly,
    blockBytes: 8,
  };
  const image = Uint8Array.from({ length: 45 }, (_, at) => at);

  async function fileOn(disk: FaultyDisk): Promise<void> {
    const writer = new SnapshotFileWriter(disk, 'backup', header);
    const cuts = [0, 1, 8, 9, 30, 45];
    for (const [at, cut] of cuts.entries()) await writer.write(image.slice(cut, cuts[at + 1]));
    const end = { imageBytes: 45, imageChecksum: crc32c(image) };
    expect(await writer.finish()).to.deep.equal(end);
  }

  it('says itself whose it is and how it is divided', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    await fileOn(disk);
    const reader = must(await SnapshotFileReader.open(disk, 'backup'), 'a file');
    expect(reader.header).to.deep.equal(header);
    const found: number[] = [];
    await reader.verify((bytes) => found.push(...bytes));
    expect(found).to.deep.equal([...image]);
    expect(await SnapshotFileReader.open(disk, 'other')).to.equal(undefined);
  });

  it('reads each block once when it is read in small pieces, one behind the other', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    await fileOn(disk);
    const reader = must(await SnapshotFileReader.open(disk, 'backup'), 'a file');
    disk.arm({});
    for (let at = 0; at < 45; at++) expect([...(await reader.read(at, 1))]).to.deep.equal([at]);
    expect(disk.operations).to.equal(6);
  });

  it('is read a block ahead, each block once, when all of it is verified', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    await fileOn(disk);
    const reader = must(await SnapshotFileReader.open(disk, 'backup'), 'a file');
    disk.arm({});
    const begun: number[] = [];
    await reader.verify(() => begun.push(disk.operations));
    expect(begun).to.deep.equal([2, 3, 4, 5, 6, 6]);
  });

  it('is never read as anything else when a bit flipped or bytes are missing', async () => {
    const whole = new FaultyDisk(randomFrom(1));
    await fileOn(whole);
    const bits = whole.bytesOf('backup') * 8;
    for (let harm = 0; harm < bits + bits / 8; harm++) {
      const disk = whole.copy();
      if (harm < bits) disk.flipBit('backup', harm);
      else await disk.openAt('backup', harm - bits);
      const error: unknown = await SnapshotFileReader.open(disk, 'backup')
        .then((reader) => reader?.verify(() => undefined))
        .catch((caught: unknown) => caught);
      expect(error, `harm ${harm}`).to.be.instanceOf(StorageDamagedError);
    }
  });
});

describe('a storage whose disk has failed for good', () => {
  it('closes without an error, and is opened again on a disk that works again', async () => {
    const { disk, storage } = await opened();
    const writer = storage.createSnapshot(positionOf(1, 1), foundersOnly);
    await writer.write(Uint8Array.of(1));
    disk.arm({ failAt: 0, failsForGood: true });
    expect(await written(storage, writeOf(entriesOf(1, 1, 1)))).to.be.instanceOf(StorageError);
    await storage.close();
    const refused: unknown = await openOn(disk).catch((caught: unknown) => caught);
    expect(refused).to.be.instanceOf(StorageError);
    disk.arm({});
    const again = await openOn(disk);
    expect(again.recovered.hardState).to.deep.equal(hardStateOf(1));
    expect(await written(again.storage, writeOf(entriesOf(1, 1, 1)))).to.equal(undefined);
    await again.storage.close();
  });
});
