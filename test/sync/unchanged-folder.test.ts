/** What a sync leaves alone: versions, files, the index, blocks that the cluster has. */
import { expect } from 'chai';
import { chmod, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { changesOf, makeRig, type SyncRig } from './sync-rig.js';

describe('a sync of what did not change', () => {
  let rig: SyncRig;
  beforeEach(async () => {
    rig = await makeRig();
  });
  afterEach(() => rig.close());

  const touch = (name: string): Promise<void> =>
    utimes(join(rig.base, name), new Date(), new Date());
  const forget = (): Promise<void> => unlink(join(rig.base, '.surfraft/seen.json'));

  it('opens none of 2,000 files and does not touch the index', async () => {
    const names = Array.from({ length: 2000 }, (_, index) => `d${index % 20}/f${index}`);
    for (const name of names) await rig.write(name, `text of ${name}`);
    expect((await rig.sync({ blockBytes: 100 })).uploaded).to.have.length(2000);
    const before = await stat(join(rig.base, 'index.txt'), { bigint: true });
    expect(changesOf(await rig.sync({ blockBytes: 7 }))).to.deep.equal({});
    expect(rig.folder.count('open')).to.equal(0);
    expect(rig.folder.count('writeState')).to.equal(0);
    const after = await stat(join(rig.base, 'index.txt'), { bigint: true });
    expect([after.mtimeNs, after.ino]).to.deep.equal([before.mtimeNs, before.ino]);
  });

  it('looks into a file that was written in the moment when it was seen', async () => {
    await rig.write('a', 'one');
    rig.aheadMs = 0;
    await rig.sync();
    await rig.sync();
    expect(rig.folder.count('open'), 'too fresh').to.equal(1);
    rig.aheadMs = 60_000;
    await rig.sync();
    expect(rig.folder.count('open'), 'rested').to.equal(1);
    await rig.sync();
    expect(rig.folder.count('open'), 'seen at rest').to.equal(0);
  });

  it('keeps the version of a file that was only touched, under any block size', async () => {
    await rig.write('a', 'fifty blocks or so of text');
    await rig.sync({ blockBytes: 4 });
    await touch('a');
    await chmod(join(rig.base, 'a'), 0o600);
    expect(changesOf(await rig.sync({ blockBytes: 5 }))).to.deep.equal({});
    expect(rig.cluster.updates).to.deep.equal(['a,1']);
  });

  it('finds the block size of others when nothing is remembered', async () => {
    const text = 'a text that another client cut into blocks of its own';
    for (const [name, blockBytes] of [
      ['seven', 7],
      ['whole', 1000],
      ['half', 27],
      ['one', 1],
    ] as const) {
      rig.cluster.set(name, text, blockBytes);
    }
    rig.cluster.set('empty', '');
    await rig.sync({ blockBytes: 10 });
    await forget();
    expect(changesOf(await rig.sync({ blockBytes: 10 }))).to.deep.equal({});
    expect(rig.folder.count('open')).to.be.greaterThan(3);
    expect(rig.cluster.updates).to.deep.equal([]);
  });

  it('takes a changed file for changed when nothing is remembered', async () => {
    rig.cluster.set('a', 'abcdefghij', 3);
    rig.cluster.set('b', 'abcdefghij', 3);
    await rig.sync();
    await forget();
    await rig.write('a', 'abcdefghiX');
    await rig.write('b', 'Xbcdefghij');
    expect(changesOf(await rig.sync())).to.deep.equal({ uploaded: ['a', 'b'] });
  });

  it('sees a change of the same size and time', async () => {
    await rig.write('a', 'one');
    await utimes(join(rig.base, 'a'), 1, 1);
    await rig.sync();
    await rig.write('a', 'two');
    await utimes(join(rig.base, 'a'), 1, 1);
    expect(changesOf(await rig.sync())).to.deep.equal({ uploaded: ['a'] });
  });

  it('sends one block when one of fifty was edited', async () => {
    const bytes = Buffer.alloc(50 * 1000);
    for (let block = 0; block < 50; block += 1) bytes.fill(block + 1, block * 1000);
    await rig.write('a', bytes);
    expect((await rig.sync({ blockBytes: 1000 })).blocksSent).to.equal(50);
    bytes[20_500] = 99;
    await rig.write('a', bytes);
    const report = await rig.sync({ blockBytes: 1000 });
    expect([report.blocksSent, report.bytesSent]).to.deep.equal([1, 1000]);
  });

  it('sends a block once, however many files have it', async () => {
    for (let file = 0; file < 30; file += 1) await rig.write(`f${file}`, 'same same same same ');
    const report = await rig.sync({ blockBytes: 5 });
    expect(report.uploaded).to.have.length(30);
    expect(rig.cluster.puts).to.have.length(1);
    expect(report.blocksSent).to.equal(1);
  });

  it('repeats no upload after the index was deleted', async () => {
    await rig.write('a', 'some text');
    await rig.write('b', '');
    await rig.sync();
    await unlink(join(rig.base, 'index.txt'));
    expect(changesOf(await rig.sync({ blockBytes: 3 }))).to.deep.equal({});
    expect(rig.cluster.updates).to.have.members(['a,1', 'b,1']);
    expect(await rig.index()).to.deep.equal(['a,1', 'b,1']);
  });

  it('keeps the permissions of a file that it replaces', async () => {
    await rig.write('run', 'old');
    await rig.sync();
    await chmod(join(rig.base, 'run'), 0o751);
    rig.cluster.set('run', 'new');
    expect(changesOf(await rig.sync())).to.deep.equal({ downloaded: ['run'] });
    expect((await stat(join(rig.base, 'run'))).mode & 0o777).to.equal(0o751);
  });
});
