/** The bytes of docs/storage-format.md, pinned: folders of old versions must stay readable. */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { openLogStorage } from '../../src/storage/open-log-storage.js';
import { FaultyDisk, randomFrom } from './faulty-disk.js';
import { entryOf, hardStateOf, openOptions, writeOf, written } from './storage-samples.js';

const clusterHex = Buffer.from('c0'.repeat(16)).toString('hex');
const folderHex = Buffer.from('f0'.repeat(16)).toString('hex');

/** The checksums were computed by another program, from the document. */
const hardStateHex = [
  ['53555246', '48415244', '01000000', '03000000'],
  ['070000000000', '01', '00', '02000000', folderHex, '1e486cd6'],
].flat();

const segmentHex = [
  ['53555246', '524c4f47', '01000000', '03000000', '010000000000', '010000000000'],
  [clusterHex, folderHex, '94cd50fc'],
  ['5678e254', '24000000', '010000000000', '01', '00'],
  ['070000000000', '010000000000', '00', '00000000'],
  ['070000000000', '020000000000', '01', '02000000', '6869'],
  ['e64eaa97', '00000000', '010000000000', '02', '00'],
].flat();

describe('the format on disk', () => {
  it('is what the document says, byte for byte', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    const { storage } = await openLogStorage({ ...openOptions(), disk });
    await written(storage, writeOf([entryOf(1, 7), entryOf(2, 7, 'hi')], hardStateOf(7, 2)));
    await storage.close();
    expect(disk.names()).to.deep.equal(['hard-state', 'log-0000000000000001.seg']);
    expect(await hexOf(disk, 'hard-state')).to.equal(hardStateHex.join(''));
    expect(await hexOf(disk, 'log-0000000000000001.seg')).to.equal(segmentHex.join(''));
  });
});

async function hexOf(disk: FaultyDisk, name: string): Promise<string> {
  return Buffer.from(must(await disk.read(name), `${name} exists`)).toString('hex');
}
