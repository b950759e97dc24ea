/** Names and links that would lead a sync out of its folder, and names that are only unusual. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changesOf, makeRig, type SyncRig } from './sync-rig.js';

describe('a sync that is given names', () => {
  let rig: SyncRig;
  beforeEach(async () => {
    rig = await makeRig();
    await mkdir(join(rig.outside, 'out'));
    await writeFile(join(rig.outside, 'out/secret'), 'secret');
  });
  afterEach(() => rig.close());

  async function expectOutsideUntouched(): Promise<void> {
    expect(await readdir(rig.outside)).to.have.members(['base', 'out']);
    expect(await readdir(join(rig.outside, 'out'))).to.deep.equal(['secret']);
    expect(await readFile(join(rig.outside, 'out/secret'), 'utf8')).to.equal('secret');
  }

  it('writes nothing for a name from the cluster that leads out or is its own', async () => {
    const names = [
      '../x',
      '/x',
      'a//b',
      'a/../../x',
      './x',
      'a\\b',
      'index.txt',
      '.surfraft/x',
      '',
    ];
    for (const name of names) rig.cluster.set(name, 'evil');
    rig.cluster.set('good', 'good');
    const { skipped, ok, downloaded } = await rig.sync();
    expect(skipped.map(({ name }) => name)).to.have.members(names);
    expect(ok).to.be.true;
    expect(downloaded).to.deep.equal(['good']);
    expect(await rig.tree()).to.deep.equal(['good: good']);
    await expectOutsideUntouched();
  });

  it('follows no link to a file or to a folder, in either direction', async () => {
    await symlink(join(rig.outside, 'out'), join(rig.base, 'dir'));
    await symlink(join(rig.outside, 'out/secret'), join(rig.base, 'file'));
    await symlink(join(rig.outside, 'nowhere'), join(rig.base, 'dangling'));
    for (const name of ['dir/secret', 'dir/new', 'file', 'dangling']) rig.cluster.set(name, 'evil');
    const report = await rig.sync();
    expect(report.ok).to.be.true;
    expect(report.uploaded).to.deep.equal([]);
    expect(report.downloaded).to.deep.equal([]);
    expect(report.skipped.map(({ name }) => name)).to.have.members([
      'dir',
      'file',
      'dangling',
      'dir/secret',
      'dir/new',
    ]);
    await expectOutsideUntouched();
  });

  it('deletes nothing in the cluster because a link took the place of a folder', async () => {
    await rig.write('dir/a', 'text');
    await rig.sync();
    await rig.remove('dir/a');
    execFileSync('rmdir', [join(rig.base, 'dir')]);
    await symlink(join(rig.outside, 'out'), join(rig.base, 'dir'));
    expect((await rig.sync()).deletedRemote).to.deep.equal([]);
    expect(rig.cluster.describe()).to.deep.equal(['dir/a,1,text']);
    expect(await rig.index()).to.deep.equal(['dir/a,1']);
  });

  it('follows no link that appears between looking and writing', async () => {
    rig.cluster.set('dir/new', 'evil');
    const folder = rig.newFolder();
    folder.before = async (operation) => {
      if (operation === 'finish') await symlink(join(rig.outside, 'out'), join(rig.base, 'dir'));
    };
    const report = await rig.sync({ folder });
    expect(report.skipped.map(({ name }) => name)).to.deep.equal(['dir/new']);
    await expectOutsideUntouched();
  });

  it('opens no pipe and no socket', async () => {
    execFileSync('mkfifo', [join(rig.base, 'pipe')]);
    rig.cluster.set('pipe', 'evil');
    expect(changesOf(await rig.sync())).to.deep.equal({
      skipped: [{ name: 'pipe', reason: 'it is a special file' }],
    });
    expect(rig.folder.count('open')).to.equal(0);
  });

  it('refuses a work folder or an index that is a link', async () => {
    await symlink(join(rig.outside, 'out'), join(rig.base, '.surfraft'));
    const { ok, problem } = await rig.sync();
    expect(ok).to.be.false;
    expect(problem).to.contain('a symbolic link is in its place');
    await expectOutsideUntouched();
    await rig.remove('.surfraft');
    await symlink(join(rig.outside, 'out/secret'), join(rig.base, 'index.txt'));
    expect((await rig.sync()).problem).to.contain('a symbolic link is in its place');
    await expectOutsideUntouched();
  });

  it('skips local names that others could not write, and tells so', async () => {
    await rig.write('a\nb', 'x');
    await rig.write('tab\there', 'x');
    await rig.write('back\\slash', 'x');
    await writeFile(Buffer.concat([Buffer.from(`${rig.base}/bad-`), Buffer.from([0xff])]), 'x');
    await rig.write('a.conflict-01234567.txt', 'x');
    const { skipped, ok, uploaded } = await rig.sync();
    expect(skipped.map(({ name }) => name)).to.have.members([
      'a\nb',
      'tab\there',
      'back\\slash',
      'bad-\uFFFD',
    ]);
    expect(ok).to.be.true;
    expect(uploaded).to.deep.equal([]);
  });

  it('keeps commas, spaces, twins of case and of Unicode form apart', async () => {
    const names = ['a, b,1,c', ' lead', 'trail ', 'A', 'a', 'caf\u00e9', 'cafe\u0301', '日本/ü 😀'];
    for (const name of names) await rig.write(name, `text of ${name}`);
    await rig.sync();
    const other = await makeRig(rig.cluster);
    await other.sync();
    expect(await other.tree()).to.deep.equal(await rig.tree());
    expect(changesOf(await rig.sync())).to.deep.equal({});
    expect(changesOf(await other.sync())).to.deep.equal({});
    expect(rig.cluster.updates).to.have.length(names.length);
    await other.close();
  });

  it('lets a file and a folder of one name follow each other', async () => {
    await rig.write('x', 'file');
    await rig.write('y/z', 'below');
    await rig.sync();
    rig.cluster.set('x', undefined);
    rig.cluster.set('x/deep/er', 'now below');
    rig.cluster.set('y/z', undefined);
    rig.cluster.set('y', 'now a file');
    expect((await rig.sync()).ok).to.be.true;
    expect(await rig.tree()).to.deep.equal([
      'x/',
      'x/deep/',
      'x/deep/er: now below',
      'y: now a file',
    ]);
  });
});
