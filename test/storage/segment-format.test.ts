/** The bytes of docs/storage-format.md, pinned: folders of old versions must stay readable. */
import { expect } from 'chai';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../../src/base/assert.js';
import { asServerId } from '../../src/base/ids.js';
import { openLogStorage } from '../../src/storage/open-log-storage.js';
import { StorageDamagedError } from '../../src/storage/storage.js';
import { FaultyDisk, randomFrom } from './faulty-disk.js';
import { imageOf, openOn } from './storage-history.js';
import { entriesOf, entryOf, hardStateOf, openOptions, plain } from './storage-samples.js';
import { positionOf, resetOf, sampleIdentity, takeSnapshot } from './storage-samples.js';
import { writeOf, written } from './storage-samples.js';

const clusterHex = Buffer.from('c0'.repeat(16)).toString('hex');
const folderHex = Buffer.from('f0'.repeat(16)).toString('hex');
const incarnationHex = Buffer.from('a1'.repeat(16)).toString('hex');
const knownHex = Buffer.from('e5'.repeat(16)).toString('hex');

/** The checksums were computed by another program, from the document. */
const hardStateHex = [
  ['53555246', '48415244', '02000000', '03000000'],
  ['070000000000', '01', '01', '02000000', folderHex, incarnationHex],
  ['030000000000', '0000', '01000000', '04000000', knownHex, '58af06f4'],
].flat();

const firstSegmentHex = [
  ['53555246', '524c4f47', '02000000', '03000000', '010000000000', '010000000000'],
  ['000000000000', '000000000000', clusterHex, folderHex, '09ec98a9'],
  ['837cada6', '24000000', '010000000000', '01', '00'],
  ['070000000000', '010000000000', '00', '00000000'],
  ['070000000000', '020000000000', '01', '02000000', '6869'],
  ['93bad718', '1d000000', '020000000000', '03', '00', '090000000000', '080000000000'],
  ['080000000000', '0a0000000000', '00', '00000000'],
  ['35d5302c', '00000000', '020000000000', '04', '00'],
].flat();

const secondSegmentHex = [
  ['53555246', '524c4f47', '02000000', '03000000', '020000000000', '030000000000'],
  ['0a0000000000', '080000000000', clusterHex, folderHex, '47f8eea7'],
  ['4f9d917b', '11000000', '030000000000', '01', '00'],
  ['080000000000', '0b0000000000', '00', '00000000'],
  ['8c9e90df', '00000000', '030000000000', '02', '00'],
].flat();

const snapshotHex = [
  ['53555246', '534e4150', '01000000', '03000000', '090000000000', '080000000000', '00000400'],
  [clusterHex, folderHex, 'eb363b2e'],
  ['c8a7ddc7', '05000000', '000000000000', '05', '00', '7374617465'],
  ['b648fc0d', '04000000', '050000000000', '06', '00', 'df68db66'],
].flat();

describe('the format on disk', () => {
  it('is what the document says, byte for byte', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    const { storage } = await openLogStorage({ ...openOptions(), disk, segmentBytesMax: 190 });
    const known = new Map([[asServerId(4), 'e5'.repeat(16)]]);
    const hardState = { ...hardStateOf(7, 2), known };
    await written(storage, writeOf([entryOf(1, 7), entryOf(2, 7, 'hi')], hardState));
    await takeSnapshot(storage, positionOf(9, 8), Buffer.from('state'));
    await written(storage, resetOf(9, 8, [entryOf(10, 8)]));
    await written(storage, writeOf([entryOf(11, 8)]));
    await storage.close();
    expect(disk.names()).to.deep.equal([
      'hard-state',
      'log-0000000000000001.seg',
      'log-0000000000000002.seg',
      'snapshot-0000000000000009.snap',
    ]);
    expect(await hexOf(disk, 'hard-state')).to.equal(hardStateHex.join(''));
    expect(await hexOf(disk, 'log-0000000000000001.seg')).to.equal(firstSegmentHex.join(''));
    expect(await hexOf(disk, 'log-0000000000000002.seg')).to.equal(secondSegmentHex.join(''));
    expect(await hexOf(disk, 'snapshot-0000000000000009.snap')).to.equal(snapshotHex.join(''));
  });
});

async function hexOf(disk: FaultyDisk, name: string): Promise<string> {
  return Buffer.from(must(await disk.read(name), () => `${name} exists`)).toString('hex');
}

/** What stands in the folder that a program of format version 1 wrote. */
const oldEntries = [entryOf(1, 1), ...entriesOf(2, 8, 1), ...entriesOf(10, 7, 3)];
const oldHardState = {
  ...hardStateOf(3, 1),
  standing: 'founding' as const,
  incarnation: sampleIdentity.folderId,
};

async function oldFolder(): Promise<FaultyDisk> {
  const folder = fileURLToPath(
    new URL('../../../test/fixtures/folders/version-1', import.meta.url),
  );
  const disk = new FaultyDisk(randomFrom(1));
  for (const name of await readdir(folder)) {
    const file = await disk.create(name);
    await file.append([await readFile(join(folder, name))]);
    await file.sync();
  }
  await disk.syncFolder();
  return disk;
}

describe('a folder of format version 1', () => {
  it('is read, and gone on with in the format of now', async () => {
    let disk = await oldFolder();
    for (let start = 0; start < 3; start++) {
      const { storage, recovered } = await openOn(disk);
      const expected = [...oldEntries, ...entriesOf(17, start, 3)];
      expect(plain(recovered.entries)).to.deep.equal(plain(expected));
      expect(recovered.hardState).to.deep.equal(oldHardState);
      expect(recovered.notices).to.deep.equal([]);
      await written(storage, writeOf(entriesOf(17 + start, 1, 3)));
      await storage.close();
      disk = disk.afterPowerCut();
    }
    const header = Buffer.from(must(await disk.read('hard-state'), 'a hard state'));
    expect(header.readUInt32LE(8)).to.equal(2);
  });

  it('is read when its last write was not marked', async () => {
    const disk = await oldFolder();
    const last = 'log-0000000000000004.seg';
    await (await disk.openAt(last, disk.bytesOf(last) - 16)).close();
    const { storage, recovered } = await openOn(disk);
    expect(plain(recovered.entries)).to.deep.equal(plain(oldEntries));
    await storage.close();
    const again = await openOn(disk.afterPowerCut());
    expect(plain(again.recovered.entries)).to.deep.equal(plain(oldEntries));
  });

  it('gives its old segments up all together, whichever of their names come back', async () => {
    const start = await oldFolder();
    const { storage } = await openOn(start);
    const old = start.names().slice(2, 6);
    await takeSnapshot(storage, positionOf(12, 3), imageOf(positionOf(12, 3)));
    storage.compact(positionOf(12, 3).index);
    await written(storage, writeOf(entriesOf(17, 1, 3)));
    expect(start.names()).to.include.members(old);
    await takeSnapshot(storage, positionOf(17, 3), imageOf(positionOf(17, 3)));
    storage.compact(positionOf(17, 3).index);
    await written(storage, writeOf(entriesOf(18, 1, 3)));
    await storage.close();
    expect(start.names().filter((name) => old.includes(name))).to.deep.equal([]);
    for (let left = 0; left < 16; left++) {
      const disk = start.copy();
      for (const [at, name] of old.entries()) {
        if ((left & (1 << at)) === 0) continue;
        const file = await disk.create(name);
        await file.append([must(await (await oldFolder()).read(name), 'an old segment')]);
      }
      const { recovered } = await openOn(disk);
      expect(recovered.entries.at(-1)?.index).to.equal(18);
      expect(recovered.snapshot).to.deep.equal(positionOf(17, 3));
      expect(recovered.hardState.standing).to.equal('founding');
    }
  });

  it('is refused without its first segment', async () => {
    const disk = await oldFolder();
    await disk.remove('log-0000000000000001.seg');
    const error: unknown = await openOn(disk).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(StorageDamagedError);
  });
});
