/** The folder on disk: what it refuses to touch, whoever asks. */
import { expect } from 'chai';
import { link, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { FolderError, type FileFacts, type Placed } from '../../src/sync/folder.js';
import { RealFolder } from '../../src/sync/real-folder.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';

describe('the folder on disk', () => {
  let outside: string;
  let base: string;
  let folder: RealFolder;
  beforeEach(async () => {
    outside = await makeTemporaryFolder();
    base = join(outside, 'base');
    await mkdir(base);
    await mkdir(join(outside, 'out'));
    await writeFile(join(outside, 'out/secret'), 'secret');
    await symlink(join(outside, 'out'), join(base, 'dir'));
    await symlink(join(outside, 'out/secret'), join(base, 'file'));
    folder = new RealFolder(base);
    await folder.prepare();
  });
  afterEach(() => removeTemporaryFolder(outside));

  async function place(name: string, expected?: FileFacts): Promise<Placed> {
    const aside = await folder.createAside(undefined);
    await aside.write(Buffer.from('new'));
    await aside.finish();
    try {
      return await folder.place(aside, name, expected);
    } finally {
      await aside.discard();
    }
  }

  /** Of the file outside, as a scan would have seen it had it followed the link. */
  async function factsOfSecret(): Promise<FileFacts> {
    await link(join(outside, 'out/secret'), join(base, 'hard'));
    const look = await folder.look('hard');
    return must(look.kind === 'file' ? look.facts : undefined, 'a file');
  }

  it('neither looks at, opens, places nor removes anything behind a link', async () => {
    const facts = await factsOfSecret();
    for (const name of ['dir/secret', 'file', 'dir/new', 'dir/sub/new']) {
      expect((await folder.look(name)).kind, name).to.equal('blocked');
      expect(await folder.open(name), name).to.equal(undefined);
      expect((await place(name)).kind, name).to.equal('blocked');
      expect((await place(name, facts)).kind, name).to.equal('blocked');
      expect((await folder.remove(name, facts)).kind, name).to.equal('blocked');
    }
    expect(await readdir(join(outside, 'out'))).to.deep.equal(['secret']);
    expect(await readFile(join(outside, 'out/secret'), 'utf8')).to.equal('secret');
  });

  it('is not led out of itself by a work folder that became a link', async () => {
    const other = new RealFolder(join(outside, 'out'));
    await symlink(base, join(outside, 'out/.surfraft'));
    for (const action of [
      () => other.prepare(),
      () => other.clean(),
      () => other.createAside(undefined),
      () => other.writeState('seen', '{}'),
      () => other.writeState('index', ''),
      () => other.readState('seen'),
    ]) {
      let refused: unknown;
      await action().catch((error: unknown) => (refused = error));
      expect(refused).to.be.instanceOf(FolderError);
    }
    expect(await readdir(base)).to.have.members(['.surfraft', 'dir', 'file']);
  });

  it('does not replace an index that is a link', async () => {
    await symlink(join(outside, 'out/secret'), join(base, 'index.txt'));
    for (const action of [() => folder.writeState('index', ''), () => folder.readState('index')]) {
      let refused: unknown;
      await action().catch((error: unknown) => (refused = error));
      expect(refused).to.be.instanceOf(FolderError);
    }
    expect(await readFile(join(base, 'index.txt'), 'utf8')).to.equal('secret');
  });

  it('replaces no file that it was not told of, and none that changed', async () => {
    await writeFile(join(base, 'a'), 'mine');
    expect(await place('a')).to.deep.equal({ kind: 'moved' });
    const look = await folder.look('a');
    const facts = must(look.kind === 'file' ? look.facts : undefined, 'a file');
    await writeFile(join(base, 'a'), 'next');
    expect(await place('a', facts)).to.deep.equal({ kind: 'moved' });
    expect(await folder.remove('a', facts)).to.deep.equal({ kind: 'moved' });
    expect(await place('gone', facts)).to.deep.equal({ kind: 'moved' });
    expect(await readFile(join(base, 'a'), 'utf8')).to.equal('next');
    expect(await readdir(folder.workFolder)).to.deep.equal([]);
  });

  it('makes and removes folders with their files, but none that others use', async () => {
    await mkdir(join(base, 'x/keep'), { recursive: true });
    expect(await place('x/y/z/a')).to.deep.equal({ kind: 'done' });
    const look = await folder.look('x/y/z/a');
    const facts = must(look.kind === 'file' ? look.facts : undefined, 'a file');
    expect(await folder.remove('x/y/z/a', facts)).to.deep.equal({ kind: 'done' });
    expect(await readdir(join(base, 'x'))).to.deep.equal(['keep']);
    expect((await place('x')).kind).to.equal('blocked');
    expect(await place('x/keep')).to.deep.equal({ kind: 'done' });
    expect((await stat(join(base, 'x/keep'))).isFile()).to.be.true;
  });

  it('gives a file exactly the permissions that it is told', async () => {
    const mask = process.umask(0o077);
    try {
      const aside = await folder.createAside(0o754);
      await aside.finish();
      await folder.place(aside, 'run', undefined);
      await place('plain');
    } finally {
      process.umask(mask);
    }
    expect((await stat(join(base, 'run'))).mode & 0o777).to.equal(0o754);
    expect((await stat(join(base, 'plain'))).mode & 0o777).to.equal(0o600);
  });
});
