/** What is said of a folder, sound or not, in use or not; and folders made from a backup. */
import { expect } from 'chai';
import { segmentName, snapshotName } from '../../src/storage/file-names.js';
import { inspectFolder } from '../../src/storage/inspect-folder.js';
import type { FolderReport } from '../../src/storage/inspect-folder.js';
import { createRestoredFolder } from '../../src/storage/restored-folder.js';
import { StorageDamagedError } from '../../src/storage/storage.js';
import { FaultyDisk, randomFrom } from './faulty-disk.js';
import { imageOf, openOn } from './storage-history.js';
import { entriesOf, hardStateOf, newestImage, positionOf } from './storage-samples.js';
import { sampleIdentity, sampleIncarnation, takeSnapshot } from './storage-samples.js';
import { writeOf, written } from './storage-samples.js';
import { foundersOnly } from '../fixtures/founders.js';

const position = positionOf(4, 1);

function inspect(disk: FaultyDisk): Promise<FolderReport> {
  return inspectFolder(disk, sampleIdentity);
}

/** A log of three segments and a snapshot of its fourth entry. */
async function sampleDisk(): Promise<FaultyDisk> {
  const disk = new FaultyDisk(randomFrom(1));
  const { storage } = await openOn(disk);
  await written(storage, writeOf([], hardStateOf(1, 2)));
  for (const { index } of entriesOf(1, 9, 1)) {
    await written(storage, writeOf(entriesOf(index, 1, 1)));
  }
  await takeSnapshot(storage, position, imageOf(position));
  await storage.close();
  return disk;
}

describe('the inspection of a folder', () => {
  it('says what stands in each file, and changes nothing', async () => {
    const disk = await sampleDisk();
    await (await disk.create('hard-state.new')).close();
    await (await disk.create('log-0000000000000009.seg.damaged')).close();
    const names = disk.names();
    const report = await inspect(disk);
    const segments = report.segments.map(({ name, frames, firstIndex, lastIndex }) => {
      return [name, frames, firstIndex, lastIndex];
    });
    expect(segments).to.deep.equal([
      [segmentName(1), 5, 1, 5],
      [segmentName(2), 4, 6, 9],
    ]);
    const name = snapshotName(position.index);
    expect(report).to.deep.include({
      hardState: hardStateOf(1, 2),
      logBase: 0,
      lastIndex: 9,
      leftovers: ['hard-state.new'],
      aside: ['log-0000000000000009.seg.damaged'],
      damage: [],
    });
    expect(report.snapshots).to.deep.equal([
      {
        name,
        bytes: disk.bytesOf(name),
        position,
        imageBytes: imageOf(position).length,
        damage: undefined,
      },
    ]);
    expect(report.segments[1]?.bytes).to.equal(disk.bytesOf(segmentName(2)));
    expect(disk.names()).to.deep.equal(names);
  });

  it('finds nothing wrong with an empty folder, or with a write that is not finished', async () => {
    expect((await inspect(new FaultyDisk(randomFrom(1)))).damage).to.deep.equal([]);
    const disk = await sampleDisk();
    const file = await disk.openAt(segmentName(2), disk.bytesOf(segmentName(2)));
    await file.append([Uint8Array.of(1, 2, 3)]);
    expect((await inspect(disk)).damage).to.deep.equal([]);
  });

  it('finds nothing wrong while a server writes and gives up segments', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    const { storage } = await openOn(disk);
    await written(storage, writeOf([], hardStateOf(1)));
    const state = { isRunning: true };
    const server = async () => {
      for (const { index } of entriesOf(1, 300, 1)) {
        await written(storage, writeOf(entriesOf(index, 1, 1)));
        if (index % 20 !== 0) continue;
        await takeSnapshot(storage, positionOf(index, 1), imageOf(positionOf(index, 1)));
        storage.compact(positionOf(index, 1).index);
      }
      state.isRunning = false;
    };
    const running = server();
    let inspections = 0;
    while (state.isRunning) {
      const report = await inspect(disk);
      expect(report.damage).to.deep.equal([]);
      inspections += 1;
    }
    await running;
    expect(inspections).to.be.greaterThan(10);
    await storage.close();
  });

  it('says which file is damaged, and what stands in those behind it', async () => {
    const disk = await sampleDisk();
    disk.flipBit(segmentName(1), 150 * 8);
    disk.flipBit('hard-state', 200);
    disk.flipBit(snapshotName(position.index), 1000);
    const report = await inspect(disk);
    expect(report.hardState).to.equal(undefined);
    expect(report.damage).to.have.length(3);
    expect(report.segments[0]?.damage).to.match(/^log-0{15}1.seg is damaged at offset 14\d/);
    expect(report.segments[1]).to.deep.include({ frames: 4, lastIndex: 9, damage: undefined });
    expect(report.snapshots[0]?.damage).to.match(/^snapshot-\S+ is damaged at offset 100/);
  });
});

async function* pieces(image: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < image.length; at += 3) {
    await Promise.resolve();
    yield image.subarray(at, at + 3);
  }
}

function restore(disk: FaultyDisk): Promise<void> {
  const image = pieces(imageOf(position));
  const identity = sampleIdentity;
  return createRestoredFolder({ disk, identity, incarnation: sampleIncarnation, position, image });
}

describe('a folder made from a backup', () => {
  it('starts a server that counts, with the state of the backup, and goes on behind', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    await restore(disk);
    const { storage, recovered, image } = await openOn(disk.afterPowerCut());
    expect(recovered).to.deep.equal({
      hardState: { ...hardStateOf(1), standing: 'founding' },
      snapshot: position,
      configuration: foundersOnly,
      logBase: position,
      entries: [],
      isNew: false,
      notices: [],
    });
    expect(image).to.deep.equal(imageOf(position));
    expect(await newestImage(storage, 7)).to.deep.equal({ position, image });
    await written(storage, writeOf(entriesOf(5, 1, 2), hardStateOf(2)));
    await storage.close();
  });

  it('is new, refused or whole, wherever the power goes meanwhile', async () => {
    const whole = new FaultyDisk(randomFrom(1));
    await restore(whole);
    const outcomes = new Set<string>();
    for (let run = 0; run < whole.operations * 8; run++) {
      const disk = new FaultyDisk(randomFrom(run));
      disk.arm({ powerCutAt: run % whole.operations });
      await Promise.race([restore(disk), disk.powerCut]);
      outcomes.add(await outcomeOf(disk.afterPowerCut()));
    }
    expect([...outcomes].sort()).to.deep.equal(['new', 'refused', 'whole']);
  });
});

async function outcomeOf(disk: FaultyDisk): Promise<string> {
  try {
    const { recovered, image } = await openOn(disk);
    if (recovered.isNew) return 'new';
    expect(image).to.deep.equal(imageOf(position));
    return recovered.hardState.standing === 'founding' ? 'whole' : 'half';
  } catch (error) {
    expect(error).to.be.instanceOf(StorageDamagedError);
    return 'refused';
  }
}
