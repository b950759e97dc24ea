/** Files of a cluster that a test holds in its hand: names, blocks, troubles, and the time. */
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import { BothSources } from '../../src/gateway/both-sources.js';
import { ClusterSource } from '../../src/gateway/cluster-source.js';
import { ContentCache } from '../../src/gateway/content-cache.js';
import { FolderSource } from '../../src/gateway/folder-source.js';
import {
  ContentLost,
  SourceUnavailable,
  type FileSource,
  type ServedFile,
} from '../../src/gateway/file-source.js';
import { HandCluster } from './hand-cluster.js';
import { eventually } from '../e2e/support/eventually.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

function cut(bytes: Uint8Array, blockBytes: number): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    blocks.push(bytes.subarray(at, at + blockBytes));
  }
  return blocks;
}

async function bytesOf(file: ServedFile, start = 0, end = file.size): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const failureOf = async (action: Promise<unknown>): Promise<unknown> =>
  action.then(
    () => undefined,
    (error: unknown) => error,
  );

const mebibyte = 1024 * 1024;

describe('ClusterSource', () => {
  let cluster: HandCluster;
  let nowMs: number;
  let source: FileSource;

  const make = (cacheBytes = 64 * mebibyte): ClusterSource =>
    new ClusterSource({
      client: cluster.client,
      blocks: cluster.store,
      cache: new ContentCache(cacheBytes),
      nowMs: () => nowMs,
    });
  const open = async (name: string): Promise<ServedFile> => {
    const found = await source.find(name.split('/'));
    if (found.kind !== 'file') throw new Error(`${name} is ${found.kind}`);
    return found.file;
  };
  const kindOf = async (name: string): Promise<string> =>
    (await source.find(name === '' ? [] : name.split('/'))).kind;
  const list = async (name: string): Promise<readonly string[]> => {
    const found = await source.find(name === '' ? [] : name.split('/'));
    if (found.kind !== 'folder') throw new Error(`${name} is ${found.kind}`);
    return (await found.folder.list()).map(
      (entry) => entry.name + (entry.type === 'file' ? '' : '/'),
    );
  };

  beforeEach(() => {
    cluster = new HandCluster();
    nowMs = 1_000_000;
    source = make();
  });

  it('serves files by their names, also empty ones, whichever way they are written', async () => {
    const bytes = randomBytes(250_000);
    cluster.put('sub/a.txt', cut(bytes, 100_000));
    cluster.update('empty', []);
    cluster.update('other-empty', ['-1']);
    const file = await open('sub/a.txt');
    expect(file.size).to.equal(bytes.length);
    expect(file.etag).to.match(/^"[0-9a-f]{64}"$/);
    expect((await bytesOf(file)).equals(bytes)).to.equal(true);
    expect(await kindOf('')).to.equal('folder');
    expect(await kindOf('sub')).to.equal('folder');
    for (const name of ['empty', 'other-empty']) expect((await open(name)).size).to.equal(0);
    expect((await open('empty')).etag).to.equal((await open('other-empty')).etag);
    for (const name of ['su', 'sub/a', 'sub/a.txt/b', 'nothing', 'x'.repeat(5_000)]) {
      expect(await kindOf(name), name).to.equal('absent');
    }
  });

  it('has no deleted files, nor those whose words name no blocks', async () => {
    cluster.put('a', [randomBytes(10)]);
    cluster.update('deleted', ['0']);
    cluster.update('deleted-too', [0]);
    cluster.update('numbers', [1, 2, 3]);
    cluster.update('folder/gone', ['0']);
    for (const name of ['deleted', 'deleted-too', 'numbers', 'folder', 'folder/gone']) {
      expect(await kindOf(name), name).to.equal('absent');
    }
    expect(await list('')).to.deep.equal(['a']);
  });

  it('tells versions apart by their hash lists, and asks twice a second at most', async () => {
    cluster.put('a', [Buffer.from('one')]);
    const first = await open('a');
    cluster.put('a', [Buffer.from('two')]);
    await Promise.all(Array.from({ length: 20 }, () => open('a')));
    expect(cluster.questions).to.equal(1);
    nowMs += 500;
    const [second] = await Promise.all(Array.from({ length: 20 }, () => open('a')));
    expect(cluster.questions).to.equal(2);
    expect(second?.etag).not.to.equal(first.etag);
    expect((await bytesOf(first)).toString()).to.equal('one');
    cluster.update('a', ['0']);
    nowMs += 500;
    expect(await kindOf('a')).to.equal('absent');
    cluster.put('a', [Buffer.from('one')]);
    nowMs += 500;
    expect((await open('a')).etag).to.equal(first.etag);
  });

  it('reads of a range only the blocks that it needs, and the ends once', async () => {
    const bytes = randomBytes(10 * mebibyte + 5);
    const hashes = cluster.put('a', cut(bytes, mebibyte));
    source = make();
    await open('a');
    expect(cluster.fetched).to.have.members([hashes[0], hashes[10]]);
    cluster.fetched.length = 0;
    const file = await open('a');
    expect(file.size).to.equal(bytes.length);
    const [start, end] = [4 * mebibyte + 10, 5 * mebibyte];
    expect((await bytesOf(file, start, end)).equals(bytes.subarray(start, end))).to.equal(true);
    expect(cluster.fetched).to.deep.equal([hashes[4]]);
    const over = await bytesOf(file, 6 * mebibyte - 1, 6 * mebibyte + 1);
    expect(over.equals(bytes.subarray(6 * mebibyte - 1, 6 * mebibyte + 1))).to.equal(true);
    expect(cluster.fetched).to.deep.equal([hashes[4], hashes[5], hashes[6]]);
    cluster.fetched.length = 0;
    expect((await bytesOf(file, 0, 7 * mebibyte)).equals(bytes.subarray(0, 7 * mebibyte))).to.equal(
      true,
    );
    expect(cluster.fetched).to.deep.equal([hashes[1], hashes[2], hashes[3]]);
  });

  it('fetches the next block while one is sent, and no further', async () => {
    const hashes = cluster.put('a', cut(randomBytes(10 * mebibyte), mebibyte));
    const file = await open('a');
    const reading = file.read(2 * mebibyte, file.size)[Symbol.asyncIterator]();
    await reading.next();
    await eventually('the next block', 2_000, () =>
      cluster.fetched.length > 3 ? true : undefined,
    );
    await reading.next();
    expect(cluster.fetched.slice(2)).to.deep.equal([hashes[2], hashes[3]]);
    await reading.return?.();
  });

  it('fetches few blocks at a time, and each once for all who want it', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `file${i}`);
    for (const name of names) cluster.put(name, [randomBytes(1_000)]);
    await Promise.all([...names, ...names].map(async (name) => bytesOf(await open(name))));
    expect(cluster.fetched).to.have.length(30);
    expect(cluster.fetchingMax).to.equal(8);
  });

  it('serves files whose blocks are too large to be held', async () => {
    const bytes = randomBytes(2 * mebibyte + 3);
    cluster.put('a', cut(bytes, mebibyte));
    source = make(0);
    expect((await bytesOf(await open('a'))).equals(bytes)).to.equal(true);
  });

  it('serves small files of blocks of any lengths', async () => {
    for (const texts of [
      ['aa', 'b', 'cccc', 'd'],
      ['', 'ab', ''],
      ['a', 'bcd'],
      ['ab', 'ab', 'ab'],
    ]) {
      const name = texts.join('-');
      cluster.put(
        name,
        texts.map((text) => Buffer.from(text)),
      );
      const file = await open(name);
      const text = texts.join('');
      expect((await bytesOf(file)).toString()).to.equal(text);
      for (let start = 0; start <= text.length; start += 1) {
        for (let end = start; end <= text.length; end += 1) {
          expect((await bytesOf(file, start, end)).toString()).to.equal(text.slice(start, end));
        }
      }
    }
  });

  it('breaks off a file whose blocks are of many lengths, and serves it from then on', async () => {
    const blocks = [100_000, 50_000, 100_000, 70_000].map((length) => randomBytes(length));
    cluster.put('a', blocks);
    expect(await failureOf(bytesOf(await open('a')))).to.be.instanceOf(ContentLost);
    const file = await open('a');
    expect(file.size).to.equal(320_000);
    expect((await bytesOf(file)).equals(Buffer.concat(blocks))).to.equal(true);
  });

  it('is not available without a block', async () => {
    const hashes = cluster.put('a', cut(randomBytes(5 * mebibyte), mebibyte));
    const file = await open('a');
    cluster.blocks.delete(hashes[2] as BlockHash);
    expect(await failureOf(bytesOf(file))).to.be.instanceOf(SourceUnavailable);
    cluster.blocks.delete(hashes[0] as BlockHash);
    source = make();
    expect(await failureOf(open('a'))).to.be.instanceOf(SourceUnavailable);
  });

  for (const trouble of ['refuses', 'hangs'] as const) {
    it(`serves what it knew last for a minute while the cluster ${trouble}`, async () => {
      cluster.put('a', [Buffer.from('one')]);
      const { etag } = await open('a');
      nowMs += 3_600_000;
      cluster.trouble = trouble;
      expect((await open('a')).etag).to.equal(etag);
      nowMs += 59_900;
      expect((await open('a')).etag).to.equal(etag);
      nowMs += 200;
      expect(await failureOf(open('a'))).to.be.instanceOf(SourceUnavailable);
      cluster.put('a', [Buffer.from('two')]);
      cluster.heal();
      nowMs += 500;
      expect((await bytesOf(await open('a'))).toString()).to.equal('two');
      // From now on the minute counts anew.
      nowMs += 3_600_000;
      cluster.trouble = trouble;
      expect((await bytesOf(await open('a'))).toString()).to.equal('two');
    });
  }

  it('waits for a new leader where it knows nothing yet', async () => {
    cluster.put('a', [Buffer.from('one')]);
    cluster.trouble = 'hangs';
    const waiting = open('a');
    await eventually('the question', 2_000, () => cluster.questions || undefined);
    cluster.heal();
    expect((await bytesOf(await waiting)).toString()).to.equal('one');
    cluster.trouble = 'refuses';
    expect(await failureOf(open('b'))).to.be.instanceOf(SourceUnavailable);
  });

  it('knows when a version was made, and asks for that once', async () => {
    cluster.put('a', [Buffer.from('one')]);
    expect((await open('a')).modifiedMs).to.equal(1_000_000);
    nowMs += 500;
    await open('a');
    expect(cluster.versionQuestions).to.equal(1);
    cluster.put('a', [Buffer.from('two')]);
    nowMs += 500;
    expect((await open('a')).modifiedMs).to.equal(2_000_000);
    expect(cluster.versionQuestions).to.equal(2);
  });

  it('serves older versions that are kept, for ever the same', async () => {
    cluster.put('a', [Buffer.from('one')]);
    cluster.put('a', [Buffer.from('two')]);
    cluster.update('a', ['0']);
    cluster.put('a', [Buffer.from('four')]);
    const versionOf = async (version: number): Promise<string> => {
      const found = await source.find(['a'], { version });
      if (found.kind !== 'file') return found.kind;
      expect(found.file.isImmutable).to.equal(true);
      expect(found.file.modifiedMs).to.equal(version * 1_000_000);
      return (await bytesOf(found.file)).toString();
    };
    const texts = await Promise.all([0, 1, 2, 3, 4, 5].map(versionOf));
    expect(texts).to.deep.equal(['absent', 'one', 'two', 'absent', 'four', 'absent']);
    expect((await open('a')).isImmutable).to.equal(undefined);
    cluster.update('a', ['0']);
    nowMs += 500;
    expect(await versionOf(2)).to.equal('two');
    expect(await versionOf(5)).to.equal('absent');
    expect(await kindOf('a')).to.equal('absent');
  });

  it('serves a cluster that keeps no versions, without their times', async () => {
    cluster.isOld = true;
    cluster.put('a', [Buffer.from('one')]);
    cluster.put('a', [Buffer.from('two')]);
    expect((await open('a')).modifiedMs).to.equal(undefined);
    expect((await source.find(['a'], { version: 2 })).kind).to.equal('file');
    expect((await source.find(['a'], { version: 1 })).kind).to.equal('absent');
  });

  it('lists folders by names, jumping over what lies deeper', async () => {
    for (let i = 0; i < 1_000; i += 1) cluster.update(`big/deep/${i}`, []);
    for (let i = 0; i < 300; i += 1) cluster.update(`big/gone/${i}`, ['0']);
    for (const name of ['big/a', 'big/deep', 'big/z', 'big.txt', 'bih', 'top'])
      cluster.update(name, []);
    for (const name of [
      'big//x',
      '/rooted',
      'a/../b',
      'big/c\\d',
      'trailing/',
      './x',
      'new\nline',
    ]) {
      cluster.update(name, []);
    }
    expect(await list('big')).to.deep.equal(['a', 'deep', 'z']);
    expect(cluster.pages).to.be.below(8);
    expect(await list('')).to.deep.equal(['big/', 'big.txt', 'bih', 'top']);
    expect(await kindOf('big/gone')).to.equal('absent');
    expect(await kindOf('trailing')).to.equal('absent');
    expect(await list('big/deep/..'.slice(0, 3))).to.have.length(3);
  });

  it('tells sizes in a folder where they are known', async () => {
    cluster.put('a', [Buffer.from('four')]);
    cluster.update('empty', []);
    const sizes = async (): Promise<unknown> => {
      const found = await source.find([]);
      return found.kind === 'folder' ? (await found.folder.list()).map(({ size }) => size) : [];
    };
    expect(await sizes()).to.deep.equal([undefined, 0]);
    await open('a');
    expect(await sizes()).to.deep.equal([4, 0]);
  });
});

describe('a folder and a cluster together', () => {
  it('are one, and the folder wins', async () => {
    const folder = await makeTemporaryFolder();
    const cluster = new HandCluster();
    const cache = new ContentCache(mebibyte);
    const source = new BothSources(
      new FolderSource({ folder, cache }),
      new ClusterSource({ client: cluster.client, blocks: cluster.store, cache }),
    );
    await mkdir(join(folder, 'sub'));
    for (const name of ['a', 'sub/x']) await writeFile(join(folder, name), 'folder');
    for (const name of ['a', 'b', 'sub/y', 'sub/x']) cluster.put(name, [Buffer.from('cluster')]);
    const textOf = async (...parts: readonly string[]): Promise<string> => {
      const found = await source.find(parts);
      return found.kind === 'file' ? (await bytesOf(found.file)).toString() : found.kind;
    };
    expect(await textOf('a')).to.equal('folder');
    expect(await textOf('b')).to.equal('cluster');
    expect(await textOf('sub', 'y')).to.equal('cluster');
    expect(await textOf('c')).to.equal('absent');
    const sub = await source.find(['sub']);
    const entries = sub.kind === 'folder' ? await sub.folder.list() : [];
    expect(entries.map(({ name, size }) => [name, size])).to.deep.equal([
      ['x', 6],
      ['y', 7],
    ]);
    cluster.trouble = 'refuses';
    expect(await textOf('a')).to.equal('folder');
    await source.close();
    await removeTemporaryFolder(folder);
  });
});
