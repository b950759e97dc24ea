/** Files of a folder, also while others change them. */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { must } from '../../src/base/assert.js';
import { ContentCache } from '../../src/gateway/content-cache.js';
import { hashedBytesMax } from '../../src/gateway/content-tags.js';
import { ContentLost, type ServedFile } from '../../src/gateway/file-source.js';
import { FolderSource, heldFileBytesMax } from '../../src/gateway/folder-source.js';
import { eventually } from '../e2e/support/eventually.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';

const run = promisify(execFile);

const sha256 = (bytes: Uint8Array): string =>
  `"${createHash('sha256').update(bytes).digest('hex')}"`;

async function bytesOf(file: ServedFile, start = 0, end = file.size): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('FolderSource', () => {
  let outer: string;
  let folder: string;
  let cache: ContentCache;
  let source: FolderSource;

  beforeEach(async () => {
    outer = await makeTemporaryFolder();
    folder = join(outer, 'base');
    await fs.mkdir(join(folder, 'sub'), { recursive: true });
    cache = new ContentCache(4 * 1024 * 1024);
    source = new FolderSource({ folder, cache });
  });
  afterEach(() => removeTemporaryFolder(outer));

  const write = (name: string, bytes: string | Uint8Array): Promise<void> =>
    fs.writeFile(join(folder, name), bytes);
  const kindOf = async (...parts: readonly string[]): Promise<string> => {
    const found = await source.find(parts);
    if (found.kind === 'file') found.file.release();
    return found.kind;
  };
  const open = async (...parts: readonly string[]): Promise<ServedFile> => {
    const found = await source.find(parts);
    if (found.kind !== 'file') throw new Error(`${parts.join('/')} is ${found.kind}`);
    return found.file;
  };
  const textOf = async (...parts: readonly string[]): Promise<string> => {
    const file = await open(...parts);
    const text = (await bytesOf(file)).toString();
    file.release();
    return text;
  };
  /** Resolves once the file has been in the cache, settled, for a request. */
  const settle = (...parts: readonly string[]): Promise<ServedFile> =>
    eventually('the file to be held', 5_000, async () => {
      (await open(...parts)).release();
      return source.findHeld(parts);
    });

  it('serves files by the SHA-256 of their bytes, with or without a final slash', async () => {
    await write('sub/a.txt', 'hello');
    for (const path of [folder, `${folder}/`]) {
      source = new FolderSource({ folder: path, cache });
      const file = await open('sub', 'a.txt');
      expect(file.etag).to.equal(sha256(Buffer.from('hello')));
      expect(file.size).to.equal(5);
      const { mtimeMs } = await fs.stat(join(folder, 'sub/a.txt'));
      expect(file.modifiedMs).to.equal(Math.floor(mtimeMs));
      expect((await bytesOf(file, 1, 4)).toString()).to.equal('ell');
      expect(await kindOf('sub')).to.equal('folder');
      expect(await kindOf()).to.equal('folder');
      expect(await kindOf('sub', 'a.txt', 'deeper')).to.equal('absent');
      expect(await kindOf('sub', 'b.txt')).to.equal('absent');
      expect(await kindOf('x'.repeat(300))).to.equal('absent');
    }
  });

  it('serves any size: tags of larger files are those of their bytes, too', async () => {
    const bytes = Buffer.alloc(3 * heldFileBytesMax + 17, 'surfraft');
    await write('large', bytes);
    const file = await open('large');
    expect(file.etag).to.equal(sha256(bytes));
    expect((await bytesOf(file)).equals(bytes)).to.equal(true);
    const [start, end] = [heldFileBytesMax - 3, heldFileBytesMax + 5];
    expect((await bytesOf(file, start, end)).equals(bytes.subarray(start, end))).to.equal(true);
    file.release();
    expect(cache.statistics.bytes).to.equal(0);
    await write('empty', '');
    expect(await textOf('empty')).to.equal('');
  });

  it('tells very large files apart at once, by samples and their time', async () => {
    const path = join(folder, 'huge');
    const handle = await fs.open(path, 'w+');
    await handle.truncate(hashedBytesMax * 8);
    const tagOf = async (): Promise<string> => {
      const file = await open('huge');
      file.release();
      return file.etag;
    };
    const first = await tagOf();
    expect(first).to.match(/^"[0-9a-f]{64}-sampled"$/);
    expect(await tagOf()).to.equal(first);
    // The same on another worker, and of another copy that kept its time.
    const copy = join(folder, 'copy');
    await run('cp', ['-p', '--sparse=always', path, copy]);
    source = new FolderSource({ folder, cache });
    expect(await tagOf()).to.equal(first);
    const other = await open('copy');
    other.release();
    expect(other.etag).to.equal(first);
    await handle.write('x', 12_345_678);
    const second = await tagOf();
    expect(second).not.to.equal(first);
    // A change of the end that hides behind the old time.
    const { atime, mtime } = await fs.stat(path);
    await fs.utimes(path, atime, mtime);
    const third = await tagOf();
    await handle.write('y', hashedBytesMax * 8 - 1);
    await fs.utimes(path, atime, mtime);
    expect(await tagOf()).not.to.equal(third);
    await handle.close();
  });

  it('sees files that are added, changed and deleted from the next request on', async () => {
    expect(await kindOf('a')).to.equal('absent');
    await write('a', 'one');
    expect(await textOf('a')).to.equal('one');
    await settle('a');
    await write('a', 'two');
    expect(await textOf('a')).to.equal('two');
    await settle('a');
    await fs.rename(join(folder, 'a'), join(folder, 'b'));
    expect(await kindOf('a')).to.equal('absent');
    expect(await textOf('b')).to.equal('two');
    await settle('b');
    await fs.unlink(join(folder, 'b'));
    expect(await kindOf('b')).to.equal('absent');
    expect(await source.findHeld(['b'])).to.equal(undefined);
  });

  it('never serves old bytes, however fast they change and whatever time they claim', async () => {
    const path = join(folder, 'a');
    await write('a', '000');
    const { atime, mtime } = await fs.stat(path);
    for (let round = 1; round <= 200; round += 1) {
      const text = String(round).padStart(3, '0');
      await fs.writeFile(path, text);
      if (round % 2 === 0) await fs.utimes(path, atime, mtime);
      const file = await open('a');
      expect((await bytesOf(file)).toString()).to.equal(text);
      expect(file.etag).to.equal(sha256(Buffer.from(text)));
    }
  });

  it('holds a settled file, and reads it once for many', async () => {
    await write('a', 'hello');
    const held = await settle('a');
    expect((await bytesOf(held)).toString()).to.equal('hello');
    expect(held.etag).to.equal(sha256(Buffer.from('hello')));
    const { misses, hits } = cache.statistics;
    for (let i = 0; i < 10; i += 1) await textOf('a');
    expect(cache.statistics).to.include({ misses, hits: hits + 10 });
    source = new FolderSource({ folder, cache: (cache = new ContentCache(1_000_000)) });
    await Promise.all(Array.from({ length: 50 }, () => textOf('a')));
    expect(cache.statistics.misses).to.equal(1);
    // What is not settled is read by each.
    await write('a', 'other');
    await Promise.all(Array.from({ length: 5 }, () => textOf('a')));
    expect(cache.statistics.misses).to.equal(1);
  });

  it('breaks off when a file changes while it is read', async () => {
    const bytes = Buffer.alloc(1024 * 1024, 1);
    const oldTime = new Date(2020, 1, 2);
    const changes: readonly (() => Promise<unknown>)[] = [
      () => write('a', Buffer.alloc(bytes.length, 2)),
      () => fs.truncate(join(folder, 'a'), bytes.length - 1),
      () => fs.appendFile(join(folder, 'a'), 'x'),
      async () => {
        await write('a', Buffer.alloc(bytes.length, 2));
        await fs.utimes(join(folder, 'a'), oldTime, oldTime);
      },
    ];
    for (const change of changes) {
      await write('a', bytes);
      await fs.utimes(join(folder, 'a'), oldTime, oldTime);
      const file = await open('a');
      const reading = file.read(0, file.size)[Symbol.asyncIterator]();
      const first = await reading.next();
      expect(first.value).to.deep.equal(new Uint8Array(128 * 1024).fill(1));
      await change();
      let failure: unknown;
      try {
        for (let next = first; next.done !== true; next = await reading.next()) {
          expect(next.value.every((byte: number) => byte === 1)).to.equal(true);
        }
      } catch (error) {
        failure = error;
      }
      expect(failure).to.be.instanceOf(ContentLost);
      file.release();
    }
  });

  it('goes on reading a file that was deleted or replaced meanwhile', async () => {
    const bytes = Buffer.alloc(1024 * 1024, 1);
    for (const change of [
      () => fs.unlink(join(folder, 'a')),
      async () => {
        await write('b', 'new');
        await fs.rename(join(folder, 'b'), join(folder, 'a'));
      },
    ]) {
      await write('a', bytes);
      const file = await open('a');
      const reading = file.read(0, file.size)[Symbol.asyncIterator]();
      const pieces = [(await reading.next()).value as Uint8Array];
      await change();
      for (let next = await reading.next(); next.done !== true; next = await reading.next()) {
        pieces.push(next.value);
      }
      expect(Buffer.concat(pieces).equals(bytes)).to.equal(true);
      file.release();
    }
  });

  it('follows links that stay inside, and no others', async () => {
    await write('sub/a', 'inside');
    await fs.writeFile(join(outer, 'secret'), 'outside');
    await fs.mkdir(join(outer, 'base-too'));
    await fs.writeFile(join(outer, 'base-too', 'a'), 'outside');
    const link = (target: string, name: string): Promise<void> =>
      fs.symlink(target, join(folder, name));
    await link('sub/a', 'file');
    await link('sub', 'folder');
    await link(join(folder, 'sub'), 'absolute');
    await link('../secret', 'out');
    await link(join(outer, 'secret'), 'absolute-out');
    await link('..', 'up');
    await link('../base-too', 'sibling');
    await link('loop', 'loop');
    await link('nothing', 'dangling');
    for (const parts of [['file'], ['folder', 'a'], ['absolute', 'a']]) {
      expect(await textOf(...parts)).to.equal('inside');
    }
    for (const parts of [
      ...[['out'], ['absolute-out'], ['up'], ['up', 'secret'], ['loop'], ['dangling']],
      ...[['up', 'nothing'], ['sibling'], ['sibling', 'a'], ['up', 'base-too', 'a']],
    ]) {
      expect(await kindOf(...parts), parts.join('/')).to.equal('absent');
    }
    // A way out that leads in again ends inside.
    expect(await textOf('up', 'base', 'sub', 'a')).to.equal('inside');
  });

  it('gives nothing away while links are exchanged', async () => {
    await write('inside', 'inside');
    await fs.writeFile(join(outer, 'secret'), 'outside');
    await run('mkfifo', [join(folder, 'pipe')]);
    const path = join(folder, 'link');
    const targets = ['inside', '../secret', 'pipe'];
    let isOver = false;
    const exchange = async (): Promise<void> => {
      for (let round = 0; !isOver; round += 1) {
        const next = `${path}.new`;
        await fs.symlink(targets[round % targets.length] ?? '', next);
        await fs.rename(next, path);
      }
    };
    const exchanging = exchange();
    const seen = new Set<string>();
    for (let round = 0; round < 300; round += 1) {
      const found = await source.find(['link']);
      seen.add(found.kind === 'file' ? (await bytesOf(found.file)).toString() : found.kind);
    }
    isOver = true;
    await exchanging;
    expect([...seen].sort()).to.deep.equal(['absent', 'inside']);
  });

  it('never waits for pipes and never opens what is no file', async () => {
    await run('mkfifo', [join(folder, 'pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
    await fs.symlink('/dev/zero', join(folder, 'device'));
    for (const name of ['pipe', 'socket', 'device']) expect(await kindOf(name)).to.equal('absent');
    const root = must((await source.find([])) as { folder?: unknown }, 'the root');
    expect(root).to.have.property('folder');
    await new Promise((resolve) => server.close(resolve));
  });

  it('lists what it would serve, and nothing else', async () => {
    await write('b.txt', '12345');
    await write('sub/c', '');
    await write('new\nline', '');
    await write('back\\slash', '');
    await fs.writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xff)]), '');
    await fs.symlink('b.txt', join(folder, 'a-link'));
    await fs.symlink('sub', join(folder, 'z-link'));
    await fs.symlink('..', join(folder, 'out'));
    await run('mkfifo', [join(folder, 'pipe')]);
    const found = await source.find([]);
    if (found.kind !== 'folder') throw new Error(found.kind);
    const entries = await found.folder.list();
    expect(entries.map(({ name, type, size }) => [name, type, size])).to.deep.equal([
      ['a-link', 'file', 5],
      ['b.txt', 'file', 5],
      ['sub', 'folder', undefined],
      ['z-link', 'folder', undefined],
    ]);
    const { mtimeMs } = await fs.stat(join(folder, 'b.txt'));
    expect(entries[1]?.modifiedMs).to.equal(Math.floor(mtimeMs));
    await fs.rm(join(folder, 'sub'), { recursive: true });
    const gone = await source.find(['sub']);
    expect(gone.kind).to.equal('absent');
  });

  it('is absent where it may not read', async function () {
    await write('a', 'secret');
    await fs.chmod(join(folder, 'a'), 0);
    // Root reads everything.
    const mayRead = await fs.access(join(folder, 'a'), constants.R_OK).then(
      () => true,
      () => false,
    );
    expect(await kindOf('a')).to.equal(mayRead ? 'file' : 'absent');
  });

  it('follows a base folder that is a link to the newest one', async () => {
    const current = join(outer, 'current');
    for (const version of ['one', 'two']) {
      await fs.mkdir(join(outer, version));
      await fs.writeFile(join(outer, version, 'a'), version);
    }
    await fs.symlink('one', current);
    source = new FolderSource({ folder: current, cache });
    expect(await textOf('a')).to.equal('one');
    await fs.symlink('two', `${current}.new`);
    await fs.rename(`${current}.new`, current);
    expect(await textOf('a')).to.equal('two');
  });

  it('keeps no file open', async () => {
    const openFiles = async (): Promise<number> => (await fs.readdir('/proc/self/fd')).length;
    const names = Array.from({ length: 40 }, (_, i) => `small${i}`);
    for (const name of names) await write(name, name);
    await write('large', Buffer.alloc(heldFileBytesMax + 1));
    await kindOf('large');
    const before = await openFiles();
    for (const name of names) await kindOf(name);
    for (const parts of [['sub'], [], ['absent'], ['sub', '..', 'large']]) await kindOf(...parts);
    expect(await openFiles()).to.be.below(before + 10);
    for (let round = 0; round < 40; round += 1) await kindOf('large');
    await eventually('all files to be closed', 5_000, async () =>
      (await openFiles()) <= before ? true : undefined,
    );
  });
});
