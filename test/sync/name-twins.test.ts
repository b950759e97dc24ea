/** Names that a file system takes for one: one is synced, nothing is overwritten or deleted. */
import { expect } from 'chai';
import { execa } from 'execa';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeFolding } from '../../src/sync/probe-folding.js';
import { RealFolder } from '../../src/sync/real-folder.js';
import type { SyncReport } from '../../src/sync/sync-report.js';
import { tryCommand } from '../e2e/support/try-command.js';
import { FoldingFolder } from './folding-folder.js';
import { makeRig, type SyncRig } from './sync-rig.js';

const composed = 'caf\u00e9.txt';
const decomposed = 'cafe\u0301.txt';

describe('names that a file system takes for one', () => {
  let rig: SyncRig;
  beforeEach(async () => {
    rig = await makeRig();
  });
  afterEach(() => rig.close());

  const sync = (): Promise<SyncReport> =>
    rig.sync({ folder: new FoldingFolder(new RealFolder(rig.base)) });
  const skipped = (report: SyncReport): readonly string[] => report.skipped.map(({ name }) => name);

  /** Nothing is sent, removed or written, however often one syncs. */
  async function rests(names: readonly string[]): Promise<void> {
    const before = JSON.stringify([...rig.cluster.files]);
    for (let round = 0; round < 2; round += 1) {
      const report = await sync();
      expect([report.ok, skipped(report), report.downloaded, report.uploaded]).to.deep.equal([
        ...[true, names, [], []],
      ]);
    }
    expect(JSON.stringify([...rig.cluster.files])).to.equal(before);
  }

  for (const [first, second] of [
    ['A.txt', 'a.txt'],
    ['Dir/x', 'dir/y'],
    [decomposed, composed],
    ['sub/A/x', 'sub/a'],
  ] as const) {
    it(`are skipped but for the first: ${first} and ${second}`, async () => {
      rig.cluster.set(first, 'one');
      rig.cluster.set(second, 'two');
      const report = await sync();
      expect(report.downloaded).to.deep.equal([first]);
      const [{ name, reason } = { name: '', reason: '' }] = report.skipped;
      expect([name, report.ok]).to.deep.equal([second, true]);
      expect(reason).to.match(/^this file system takes it for /);
      expect((await rig.tree()).filter((line) => !line.endsWith('/'))).to.deep.equal([
        `${first}: one`,
      ]);
      await rests([second]);
    });
  }

  it('leave the one that is in the folder in its place', async () => {
    await rig.write('b.txt', 'mine');
    await sync();
    rig.cluster.set('B.txt', 'theirs');
    await rests(['B.txt']);
    expect(await rig.tree()).to.deep.equal(['b.txt: mine']);
  });

  it('are both kept in the cluster when the index of another machine has both', async () => {
    rig.cluster.set('A.txt', 'one');
    rig.cluster.set('a.txt', 'two');
    await rig.writeIndexOfCluster();
    await rig.write('A.txt', 'one');
    await rests(['a.txt']);
  });

  it('are the same file under a new name when somebody renames it here', async () => {
    await rig.write('A.txt', 'text');
    await sync();
    await rig.remove('A.txt');
    await rig.write('a.txt', 'text');
    const report = await sync();
    expect([report.uploaded, report.deletedRemote]).to.deep.equal([['a.txt'], ['A.txt']]);
    await rests([]);
  });

  it('change places when the cluster deletes the one and has the other', async () => {
    await rig.write('A.txt', 'old');
    await sync();
    rig.cluster.files.set('A.txt', { kind: 'deleted', version: 2 });
    rig.cluster.set('a.txt', 'new');
    const report = await sync();
    expect([report.deletedLocal, report.downloaded]).to.deep.equal([['A.txt'], ['a.txt']]);
    expect(await rig.tree()).to.deep.equal(['a.txt: new']);
  });

  it("are not the sync's own files", async () => {
    rig.cluster.set('Index.TXT', 'not an index');
    rig.cluster.set('.SurfRaft/seen.json', 'nothing seen');
    rig.cluster.set('file', 'text');
    const report = await sync();
    expect([skipped(report), report.downloaded]).to.deep.equal([
      ['.SurfRaft/seen.json', 'Index.TXT'],
      ['file'],
    ]);
    expect(await rig.index()).to.deep.equal(['file,1']);
  });

  it('are different files where the file system tells them apart', async () => {
    rig.cluster.set('A.txt', 'one');
    rig.cluster.set('a.txt', 'two');
    expect((await rig.sync()).downloaded).to.deep.equal(['A.txt', 'a.txt']);
    expect((await probeFolding(rig.base, 'probe-')).letterCase).to.equal(false);
    expect(await rig.tree()).to.deep.equal(['A.txt: one', 'a.txt: two']);
  });
});

describe('a real file system that takes names for one', () => {
  let folder: string;
  let mounted = false;
  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'surfraft-fold-'));
    const image = join(folder, 'image');
    const at = join(folder, 'at');
    await mkdir(at);
    await writeFile(image, Buffer.alloc(16 * 1024 * 1024));
    const why = await tryCommand(async () => {
      await execa('mkfs.ext4', ['-q', '-O', 'casefold', image]);
      await execa('mount', ['-o', 'loop', image, at]);
      mounted = true;
      await mkdir(join(at, 'base'));
      await execa('chattr', ['+F', join(at, 'base')]);
    });
    if (why === undefined) return;
    process.stderr.write(`no file system that folds names can be made here: ${why}\n`);
    this.skip();
  });
  after(async () => {
    if (mounted) await execa('umount', [join(folder, 'at')]);
    await rm(folder, { recursive: true });
  });

  it('is found out, and keeps the one of two files', async () => {
    const rig = await makeRig();
    rig.cluster.set('A.txt', 'one');
    rig.cluster.set('a.txt', 'two');
    const real = new RealFolder(join(folder, 'at', 'base'));
    const report = await rig.sync({ folder: real });
    expect(await real.folding()).to.deep.equal({ letterCase: true, unicodeForm: true });
    expect([report.downloaded, report.skipped.map(({ name }) => name)]).to.deep.equal([
      ['A.txt'],
      ['a.txt'],
    ]);
    await rig.close();
  });
});
