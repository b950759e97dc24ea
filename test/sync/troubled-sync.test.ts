/** Files that change under a sync, disks and clusters that refuse. */
import { expect } from 'chai';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderError } from '../../src/sync/folder.js';
import { told } from '../../src/sync/folder-failure.js';
import { mark } from './storing-cluster.js';
import { changesOf, makeRig, type SyncRig } from './sync-rig.js';

describe('a sync in trouble', () => {
  let rig: SyncRig;
  beforeEach(async () => {
    rig = await makeRig();
  });
  afterEach(() => rig.close());

  /** What the operating system says, as the real folder words it. */
  const refusal = (operation: string, name: string, errno: string): Promise<never> =>
    told(operation, name, () =>
      Promise.reject(Object.assign(new Error(errno), { code: errno, syscall: operation })),
    );

  it('uploads what a file became while it was read, as one version', async () => {
    await rig.write('a', 'first text');
    let changes = 0;
    rig.cluster.beforePut = async () => {
      if (changes++ === 0) await rig.write('a', 'other text');
    };
    expect(changesOf(await rig.sync())).to.deep.equal({ uploaded: ['a'] });
    expect(rig.cluster.describe()).to.deep.equal(['a,1,other text']);
  });

  it('gives up on a file that never rests, and leaves it as it was', async () => {
    await rig.write('a', 'text 0');
    await rig.write('b', 'quiet');
    let changes = 0;
    const folder = rig.newFolder();
    folder.before = async (operation, name) => {
      if (operation === 'read' && name === 'a') await rig.write('a', `text ${(changes += 1)}`);
    };
    const report = await rig.sync({ folder });
    expect(changesOf(report)).to.deep.equal({
      uploaded: ['b'],
      failed: [{ name: 'a', reason: 'it keeps changing while it is synced' }],
    });
    expect(report.ok).to.be.false;
    expect(await rig.index()).to.deep.equal(['b,1']);
  });

  it('does not overwrite a file that changes during its download', async () => {
    await rig.write('a', 'old');
    await rig.sync();
    rig.cluster.set('a', 'new in the cluster');
    let changes = 0;
    rig.cluster.beforeGet = async () => {
      if (changes++ === 1) await rig.write('a', 'mine');
    };
    const copy = `a.conflict-${mark('mine')}`;
    expect(changesOf(await rig.sync())).to.deep.equal({ conflicts: [{ name: 'a', copy }] });
    expect(await rig.tree()).to.deep.equal([`${copy}: mine`, 'a: new in the cluster']);
  });

  it('does not overwrite a file that appears during its download', async () => {
    rig.cluster.set('a', 'new in the cluster');
    let changes = 0;
    rig.cluster.beforeGet = async () => {
      if (changes++ === 1) await rig.write('a', 'mine');
    };
    const copy = `a.conflict-${mark('mine')}`;
    expect(changesOf(await rig.sync())).to.deep.equal({ conflicts: [{ name: 'a', copy }] });
    expect(await rig.tree()).to.deep.equal([`${copy}: mine`, 'a: new in the cluster']);
  });

  it('does not remove a file that changes before it is removed', async () => {
    await rig.write('a', 'old');
    await rig.sync();
    rig.cluster.set('a', undefined);
    const folder = rig.newFolder();
    let changes = 0;
    folder.before = async (operation) => {
      if (operation === 'remove' && changes++ === 0) await rig.write('a', 'mine');
    };
    const copy = `a.conflict-${mark('mine')}`;
    expect(changesOf(await rig.sync({ folder }))).to.deep.equal({
      conflicts: [{ name: 'a', copy }],
    });
    expect(await rig.tree()).to.deep.equal([`${copy}: mine`]);
  });

  it('deletes nothing in the cluster when the file is there again', async () => {
    await rig.write('a', 'old');
    await rig.sync();
    await rig.remove('a');
    const folder = rig.newFolder();
    let looks = 0;
    folder.before = async (operation) => {
      if (operation === 'look' && looks++ === 0) await rig.write('a', 'again');
    };
    expect(changesOf(await rig.sync({ folder }))).to.deep.equal({ uploaded: ['a'] });
    expect(rig.cluster.describe()).to.deep.equal(['a,2,again']);
  });

  it('keeps no copy of what a file was only while it was copied', async () => {
    rig.cluster.set('a', 'theirs');
    await rig.write('a', 'mine');
    const folder = rig.newFolder();
    let finished = 0;
    folder.before = async (operation) => {
      if (operation === 'finish' && ++finished === 2) await rig.write('a', 'mine, too');
    };
    const copy = `a.conflict-${mark('mine, too')}`;
    expect(changesOf(await rig.sync({ folder }))).to.deep.equal({
      conflicts: [{ name: 'a', copy }],
    });
    expect(await rig.tree()).to.deep.equal([`${copy}: mine, too`, 'a: theirs']);
  });

  it('does not take a copy of other bytes for its own', async () => {
    rig.cluster.set('a', 'theirs');
    await rig.write('a', 'mine');
    await rig.write(`a.conflict-${mark('mine')}`, 'edited');
    const { conflicts } = await rig.sync();
    const [kept] = conflicts;
    expect(kept?.copy).to.match(/^a\.conflict-[0-9a-f]{16}$/);
    expect(await rig.read(kept?.copy ?? '')).to.equal('mine');
    expect(await rig.read(`a.conflict-${mark('mine')}`)).to.equal('edited');
  });

  it('stores blocks anew that were collected during a long upload', async () => {
    await rig.write('a', 'one-two-');
    // Hours go by between the blocks and the version that names them, and a block is collected.
    rig.cluster.beforePut = () => {
      rig.aheadMs += 3 * 60 * 60 * 1000;
    };
    let isCollected = false;
    const missing = rig.cluster.missing.bind(rig.cluster);
    rig.cluster.missing = (hashes) => {
      if (rig.cluster.blocks.size === 2 && !isCollected) {
        isCollected = true;
        const [first] = rig.cluster.blocks.keys();
        if (first !== undefined) rig.cluster.blocks.delete(first);
      }
      return missing(hashes);
    };
    const report = await rig.sync();
    expect([report.ok, report.uploaded, isCollected]).to.deep.equal([true, ['a'], true]);
    expect(rig.cluster.updates).to.deep.equal(['a,1']);
    expect(rig.cluster.blocks.size).to.equal(2);
  });

  it('plans again when somebody was faster', async () => {
    await rig.write('a', 'mine');
    rig.cluster.beforeUpdate = (name) => {
      if (!rig.cluster.files.has(name)) rig.cluster.set(name, 'theirs');
    };
    const copy = `a.conflict-${mark('mine')}`;
    expect(changesOf(await rig.sync())).to.deep.equal({ conflicts: [{ name: 'a', copy }] });
    expect(rig.cluster.describe()).to.deep.equal(['a,1,theirs']);
  });

  it('leaves file and index as they were when the disk is full', async () => {
    await rig.write('a', 'old');
    await rig.sync();
    rig.cluster.set('a', 'new');
    rig.cluster.set('b', 'more');
    const folder = rig.newFolder();
    folder.before = (operation) =>
      operation === 'write' ? refusal('write', 'aside', 'ENOSPC') : undefined;
    const before = await stat(join(rig.base, 'index.txt'), { bigint: true });
    const report = await rig.sync({ folder });
    expect(report.failed.map(({ reason }) => reason)).to.deep.equal([
      'cannot write aside: disk full (ENOSPC)',
      'cannot write aside: disk full (ENOSPC)',
    ]);
    expect(await rig.tree()).to.deep.equal(['a: old']);
    const after = await stat(join(rig.base, 'index.txt'), { bigint: true });
    expect([after.mtimeNs, after.ino]).to.deep.equal([before.mtimeNs, before.ino]);
    expect(await readdir(join(rig.base, '.surfraft'))).to.deep.equal(['seen.json']);
  });

  it('reports an index that cannot be written', async () => {
    await rig.write('a', 'text');
    const folder = rig.newFolder();
    folder.before = (operation, name) =>
      operation === 'writeState' ? refusal('write', name, 'ENOSPC') : undefined;
    const { ok, problem } = await rig.sync({ folder });
    expect([ok, problem]).to.deep.equal([false, 'cannot write index: disk full (ENOSPC)']);
    expect(changesOf(await rig.sync())).to.deep.equal({});
    expect(rig.cluster.updates).to.deep.equal(['a,1']);
  });

  it('goes on with the others when one file cannot be read', async () => {
    for (const name of ['a', 'b', 'c']) await rig.write(name, `text ${name}`);
    const folder = rig.newFolder();
    folder.before = (operation, name) =>
      operation === 'open' && name === 'b' ? refusal('open', 'b', 'EACCES') : undefined;
    const report = await rig.sync({ folder });
    expect(changesOf(report)).to.deep.equal({
      uploaded: ['a', 'c'],
      failed: [{ name: 'b', reason: 'cannot open b: permission denied (EACCES)' }],
    });
    expect(await rig.index()).to.deep.equal(['a,1', 'c,1']);
  });

  it('does not take a file that cannot be read for a deleted one', async () => {
    await rig.write('b', 'text');
    await rig.sync();
    await rig.write('b', 'next');
    const folder = rig.newFolder();
    folder.before = (operation) =>
      operation === 'open' ? refusal('open', 'b', 'EACCES') : undefined;
    const report = await rig.sync({ folder });
    expect(report.failed.map(({ name }) => name)).to.deep.equal(['b']);
    expect(rig.cluster.updates).to.deep.equal(['b,1']);
  });

  it('does not take the files of a folder that cannot be read for deleted ones', async () => {
    await rig.write('dir/a', 'text');
    await rig.sync();
    const folder = rig.newFolder();
    const listed = folder.list.bind(folder);
    folder.list = async () => {
      const entries = await listed();
      const reason = 'cannot list dir: permission denied (EACCES)';
      return [
        ...entries.filter(({ name }) => !name.startsWith('dir/')),
        { kind: 'unreadable' as const, name: 'dir', reason },
      ];
    };
    const report = await rig.sync({ folder });
    expect(report.failed.map(({ name }) => name)).to.deep.equal(['dir']);
    expect(rig.cluster.updates).to.deep.equal(['dir/a,1']);
  });

  it('leaves a file whose block is lost, and goes on with the others', async () => {
    await rig.write('a', 'mine');
    rig.cluster.set('a', 'lost text');
    rig.cluster.set('b', 'good');
    rig.cluster.blocks.clear();
    rig.cluster.set('b', 'good again');
    const report = await rig.sync();
    expect(report.failed.map(({ name }) => name)).to.deep.equal(['a']);
    expect(report.downloaded).to.deep.equal(['b']);
    expect(await rig.tree()).to.deep.equal(['a: mine', 'b: good again']);
    expect(await rig.index()).to.deep.equal(['b,2']);
  });

  it('leaves everything as it was when the cluster is gone', async () => {
    await rig.write('a', 'text');
    rig.cluster.isGone = true;
    const { ok, problem } = await rig.sync();
    expect([ok, problem]).to.deep.equal([false, 'no server answered']);
    expect(await readdir(rig.base)).to.have.members(['.surfraft', 'a']);
  });

  it('keeps what was done when the cluster goes away in between', async () => {
    for (const name of ['a', 'b', 'c']) await rig.write(name, `text ${name}`);
    rig.cluster.beforeUpdate = (name) => {
      rig.cluster.isGone = name === 'c';
    };
    expect((await rig.sync()).ok).to.be.false;
    rig.cluster.isGone = false;
    rig.cluster.beforeUpdate = () => undefined;
    expect((await rig.sync()).ok).to.be.true;
    expect([...rig.cluster.updates].sort()).to.deep.equal(['a,1', 'b,1', 'c,1']);
  });

  it('changes nothing for an index with a line that fits no form', async () => {
    await rig.write('a', 'text');
    await rig.write('index.txt', 'a,1\n');
    const { ok, problem } = await rig.sync();
    expect(ok).to.be.false;
    expect(problem).to.match(/^index\.txt:1: /);
    expect(await rig.read('index.txt')).to.equal('a,1\n');
    expect(rig.cluster.updates).to.deep.equal([]);
  });

  it('deletes nothing remotely when every one of five files is gone, unless told to', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await rig.write(name, 'text');
    await rig.sync();
    for (const name of names) await rig.remove(name);
    expect((await rig.sync()).problem).to.contain('all 5 files of index.txt have disappeared');
    expect(rig.cluster.updates).to.have.length(5);
    expect((await rig.sync({ allowEmpty: true })).deletedRemote).to.deep.equal(names);
  });

  it('plans without changing anything', async () => {
    rig.cluster.set('both', 'theirs');
    rig.cluster.set('same', 'same', 3);
    rig.cluster.set('down', 'theirs');
    await rig.write('both', 'mine');
    await rig.write('same', 'same');
    await rig.write('up', 'mine');
    const report = await rig.sync({ dryRun: true });
    expect(rig.planned.map(({ kind, name }) => `${kind} ${name}`)).to.deep.equal([
      'conflict both',
      'download down',
      'upload up',
    ]);
    expect(report.conflicts).to.deep.equal([
      { name: 'both', copy: `both.conflict-${mark('mine')}` },
    ]);
    expect(report.dryRun).to.be.true;
    expect(await readdir(rig.base)).to.have.members(['both', 'same', 'up']);
    expect(rig.cluster.puts).to.deep.equal([]);
    expect(rig.cluster.updates).to.deep.equal([]);
  });

  it('waits for another sync of the folder, but not for ever', async () => {
    await rig.write('a', 'text');
    let tries = 0;
    const lock = () => {
      tries += 1;
      if (tries < 3) return Promise.resolve({ kind: 'held' as const, processId: 7 });
      return Promise.resolve({ kind: 'locked' as const, release: () => Promise.resolve() });
    };
    expect((await rig.sync({ lock })).uploaded).to.deep.equal(['a']);
    const held = () => Promise.resolve({ kind: 'held' as const, processId: 7 });
    const { problem } = await rig.sync({ lock: held, timeoutMs: 10 });
    expect(problem).to.equal('another sync of this folder goes on, process 7');
  });

  it('clears away what a killed run left', async () => {
    await mkdir(join(rig.base, '.surfraft'));
    await writeFile(join(rig.base, '.surfraft/aside-0123'), 'half');
    await rig.sync();
    expect(await readdir(join(rig.base, '.surfraft'))).to.deep.equal([]);
  });

  it('begins no further file once it is stopped', async () => {
    for (let file = 0; file < 40; file += 1) await rig.write(`f${file}`, `text ${file}`);
    const stop = new AbortController();
    rig.cluster.beforeUpdate = () => stop.abort();
    const report = await rig.sync({ signal: stop.signal });
    expect(report.uploaded.length).to.be.within(1, 16);
    expect(await rig.index()).to.have.length(report.uploaded.length);
    rig.cluster.beforeUpdate = () => undefined;
    await rig.sync();
    expect(rig.cluster.updates).to.have.length(40);
  });

  it('is refused by the world with FolderError alone', async () => {
    let refused: unknown;
    try {
      await refusal('open', 'x', 'EACCES');
    } catch (error) {
      refused = error;
    }
    expect(refused).to.be.instanceOf(FolderError);
  });
});
