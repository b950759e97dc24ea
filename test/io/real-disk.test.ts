/** The real disk: what it promises to storage, its errors in words, and the storage contract. */
import { expect } from 'chai';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AssertionError } from '../../src/base/assert.js';
import { RealDisk } from '../../src/io/real-disk.js';
import { openLogStorage } from '../../src/storage/open-log-storage.js';
import { StorageError } from '../../src/storage/storage.js';
import { storageContract } from '../contract/storage-contract.js';
import { openOptions } from '../storage/storage-samples.js';
import { makeTemporaryFolder, removeTemporaryFolder } from './temporary-folder.js';

storageContract({
  name: 'the log on the real disk',
  remembers: true,
  makeHome: async () => {
    const folder = await makeTemporaryFolder();
    return {
      open: () => openLogStorage({ ...openOptions(), disk: new RealDisk(folder) }),
      dispose: () => removeTemporaryFolder(folder),
    };
  },
});

async function refusal(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    expect(error).to.be.instanceOf(StorageError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('the disk refused nothing');
}

describe('the real disk', () => {
  let folder: string;
  let disk: RealDisk;
  beforeEach(async () => {
    folder = await makeTemporaryFolder();
    disk = new RealDisk(folder);
  });
  afterEach(() => removeTemporaryFolder(folder));

  async function write(name: string, ...chunks: string[]): Promise<void> {
    const file = await disk.create(name);
    await file.append(chunks.map((chunk) => Buffer.from(chunk)));
    await file.sync();
    await file.close();
  }

  it('appends chunks in order, behind what is there', async () => {
    const file = await disk.create('a');
    await file.append([Buffer.from('one'), Buffer.of(), Buffer.from('two')]);
    await file.append([]);
    await file.append([Buffer.from('three')]);
    await file.close();
    expect(await readFile(join(folder, 'a'), 'utf8')).to.equal('onetwothree');
  });

  it('appends more chunks at once than the system takes in one call', async () => {
    const file = await disk.create('a');
    const chunks = Array.from({ length: 3000 }, (_, at) => Buffer.from(`${at},`));
    await file.append(chunks);
    await file.close();
    expect(await disk.read('a')).to.deep.equal(Buffer.concat(chunks));
  });

  it('opens a file behind its first bytes and cuts the rest off', async () => {
    await write('a', 'one', 'two');
    const file = await disk.openAt('a', 3);
    await file.append([Buffer.from('!')]);
    await file.close();
    expect(await readFile(join(folder, 'a'), 'utf8')).to.equal('one!');
  });

  it('empties a file that is created again, and replaces one that is renamed to', async () => {
    await write('a', 'long text');
    await write('a', 'x');
    await write('b', 'y');
    await disk.rename('a', 'b');
    await disk.syncFolder();
    expect(await disk.list()).to.deep.equal(['b']);
    expect(await readFile(join(folder, 'b'), 'utf8')).to.equal('x');
    await disk.remove('b');
    expect(await disk.read('b')).to.equal(undefined);
  });

  it('reads any part of a file, up to its end', async () => {
    await write('a', 'one', 'two');
    const part = async (offset: number, bytesMax: number) =>
      Buffer.from((await disk.readRange('a', offset, bytesMax)) ?? []).toString();
    expect([await part(1, 3), await part(4, 100)]).to.deep.equal(['net', 'wo']);
    expect((await disk.readRange('a', 6, 1))?.length).to.equal(0);
    expect((await disk.readRange('a', 100, 1))?.length).to.equal(0);
    expect(await disk.size('a')).to.equal(6);
    expect(await disk.readRange('b', 0, 1)).to.equal(undefined);
    expect(await disk.size('b')).to.equal(undefined);
  });

  it('lists files only', async () => {
    await mkdir(join(folder, 'folder'));
    await write('b');
    await write('a');
    expect(await disk.list()).to.deep.equal(['a', 'b']);
  });

  it('says in words what the operating system refused', async () => {
    const path = join(folder, 'a');
    expect(await refusal(disk.openAt('a', 0))).to.equal(
      `cannot open ${path}: no such file or folder (ENOENT)`,
    );
    await mkdir(path);
    expect(await refusal(disk.read('a'))).to.equal(`cannot read ${path}: it is a folder (EISDIR)`);
    const gone = new RealDisk(join(folder, 'gone'));
    expect(await refusal(gone.list())).to.match(/^cannot list .*gone: no such file or folder/);
    expect(await refusal(gone.syncFolder())).to.match(/^cannot sync .*gone: no such/);
  });

  it('appends durably behind what was appended, in pieces of any size', async () => {
    const file = await disk.create('a');
    await file.append([Buffer.from('one')]);
    await file.appendDurably(Buffer.from('two'));
    const long = Buffer.alloc(3_000_001, 'x');
    await file.appendDurably(long);
    await file.append([Buffer.from('three')]);
    await file.close();
    const expected = Buffer.concat([Buffer.from('onetwo'), long, Buffer.from('three')]);
    expect(expected.equals((await disk.read('a')) ?? new Uint8Array())).to.equal(true);
  });

  it('fills a file with zeros for what is appended next, and cuts off the rest', async function () {
    if (process.platform !== 'linux') this.skip();
    const file = await disk.create('a');
    await file.append([Buffer.from('one')]);
    const filled = 200_000;
    await file.fill(3, filled);
    expect(await disk.size('a')).to.equal(3 + filled);
    expect((await disk.read('a'))?.subarray(3).every((byte) => byte === 0)).to.equal(true);
    await file.appendDurably(Buffer.from('two'));
    await file.append([Buffer.from('three')]);
    expect(await disk.size('a')).to.equal(3 + filled);
    expect(await disk.readRange('a', 0, 12)).to.deep.equal(Buffer.from('onetwothree\0'));
    await file.cutFill();
    await file.appendDurably(Buffer.from('!'));
    await file.sync();
    await file.close();
    expect(await readFile(join(folder, 'a'), 'utf8')).to.equal('onetwothree!');
  });

  it('says that the disk is full', async function () {
    if (process.platform !== 'linux') this.skip();
    await symlink('/dev/full', join(folder, 'full'));
    const file = await disk.create('full');
    expect(await refusal(file.append([Buffer.from('x')]))).to.equal(
      `cannot write ${join(folder, 'full')}: disk full (ENOSPC)`,
    );
    expect(await refusal(file.appendDurably(Buffer.from('x')))).to.equal(
      `cannot write ${join(folder, 'full')}: disk full (ENOSPC)`,
    );
    expect(await refusal(file.fill(0, 100))).to.equal(
      `cannot fill ${join(folder, 'full')}: disk full (ENOSPC)`,
    );
    await file.close();
  });

  it('stops at names that lead out of its folder', async () => {
    for (const name of ['../a', 'a/b', '']) {
      const error: unknown = await disk.read(name).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(AssertionError);
    }
  });
});
