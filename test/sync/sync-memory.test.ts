/** What a sync holds in memory, of long files and of many, and which files are too long for it. */
import { expect } from 'chai';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blocksOfFileMax } from '../../src/sync/blocks-of-file.js';
import { makeRig, type SyncRig } from './sync-rig.js';

describe('the memory of a sync', () => {
  let rig: SyncRig;
  beforeEach(async () => {
    rig = await makeRig();
  });
  afterEach(() => rig.close());

  it('holds little of a long file in memory', async () => {
    await rig.write('long', '');
    await truncate(join(rig.base, 'long'), 300 * 1024 * 1024);
    await writeFile(join(rig.base, 'long'), 'end', { flag: 'r+' });
    rig.cluster.isForgetful = true;
    const before = process.memoryUsage.rss();
    let highest = before;
    const onProgress = () => {
      highest = Math.max(highest, process.memoryUsage.rss());
    };
    const report = await rig.sync({ blockBytes: 1024 * 1024, onProgress });
    expect(report.ok).to.be.true;
    expect(report.blocksSent).to.equal(2);
    expect(rig.cluster.bytesInFlightMax).to.be.at.most(36 * 1024 * 1024);
    // Half of the file: how much the collector lets lie is not ours to say.
    expect(highest - before).to.be.lessThan(150 * 1024 * 1024);
  });

  it('has one bound for the bytes of all files, up and down', async () => {
    const { cluster } = rig;
    const blockBytes = 4 * 1024 * 1024;
    const fill = (byte: number): string => String.fromCharCode(byte).repeat(2 * blockBytes);
    for (let file = 0; file < 8; file += 1) {
      await rig.write(`up${file}`, fill(65 + file));
      cluster.set(`down${file}`, fill(97 + file), blockBytes);
    }
    const report = await rig.sync({ blockBytes });
    expect(report).to.deep.include({ ok: true, bytesSent: 8 * blockBytes });
    expect(report.downloaded).to.have.length(8);
    expect(cluster.bytesInFlightMax).to.be.within(4 * blockBytes, 36 * 1024 * 1024);
  });

  it('uses buffers again', async () => {
    const { cluster } = rig;
    const made = new Set<ArrayBufferLike>();
    cluster.beforePutBytes = (bytes) => made.add(bytes.buffer);
    await rig.write('long', '');
    await truncate(join(rig.base, 'long'), 200 * 1024 * 1024);
    const blockBytes = 12_000_000;
    // Every block another, so that all are sent.
    for (let block = 0; block * blockBytes < 200 * 1024 * 1024; block += 1) {
      const file = await open(join(rig.base, 'long'), 'r+');
      await file.write(`${block}`, block * blockBytes);
      await file.close();
    }
    cluster.isForgetful = true;
    expect(await rig.sync({ blockBytes })).to.deep.include({ ok: true, blocksSent: 18 });
    expect(made.size).to.be.at.most(4);
  });

  it('says which blocks a file with too many of them needs, and sends none', async () => {
    await rig.write('long', '');
    await truncate(join(rig.base, 'long'), blocksOfFileMax * 2 + 1);
    const report = await rig.sync({ blockBytes: 2 });
    expect(report.failed).to.deep.equal([
      {
        name: 'long',
        reason:
          `long cannot be stored: it has ${blocksOfFileMax + 1} blocks of 2 bytes, and one ` +
          `update carries at most ${blocksOfFileMax}; blocks of 3 bytes or more will do`,
      },
    ]);
    expect(rig.cluster.puts).to.deep.equal([]);
    expect((await rig.sync({ blockBytes: 3 })).uploaded).to.deep.equal(['long']);
  });
});
