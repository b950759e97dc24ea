/** Blocks on a real disk: the block store contract, and what is in the folder. */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm, stat, truncate } from 'node:fs/promises';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import { BlockStoreError } from '../../src/blocks/block-store.js';
import { DiskBlockStore } from '../../src/io/disk-block-store.js';
import { blockOf, refusalOf } from '../blocks/block-world.js';
import { blockStoreContract } from '../contract/block-store-contract.js';
import { makeTemporaryFolder, removeTemporaryFolder } from './temporary-folder.js';

function pathOf(folder: string, hash: BlockHash): string {
  return join(folder, hash.slice(0, 2), hash);
}

blockStoreContract({
  name: 'the store on disk',
  makeHome: async () => {
    const folder = await makeTemporaryFolder();
    let now = 1_700_000_000_000;
    return {
      store: await DiskBlockStore.open({ folder, now: () => now }),
      advance: (ms) => {
        now += ms;
      },
      damage: async (hash) => {
        const path = pathOf(folder, hash);
        const bytes = await readFile(path);
        const [first = 0] = bytes;
        await writeFile(path, Buffer.concat([Uint8Array.of(first ^ 1), bytes.subarray(1)]));
      },
      dispose: () => removeTemporaryFolder(folder),
    };
  },
});

const [hello, world] = [blockOf('hello'), blockOf('world')];

describe('the block store on disk', () => {
  let folder: string;
  let store: DiskBlockStore;
  beforeEach(async () => {
    folder = await makeTemporaryFolder();
    store = await reopened();
  });
  afterEach(() => removeTemporaryFolder(folder));

  function reopened(): Promise<DiskBlockStore> {
    return DiskBlockStore.open({ folder, now: () => Date.now() });
  }

  it('keeps a block as a file of bare bytes that sha256sum can check', async () => {
    await store.put(hello.hash, hello.bytes);
    const path = pathOf(folder, hello.hash);
    expect(await readFile(path, 'utf8')).to.equal('hello');
    const { stdout } = await promisify(execFile)('sha256sum', [path]);
    expect(stdout.split(' ')[0]).to.equal(hello.hash);
    expect(await readdir(join(folder, 'tmp'))).to.deep.equal([]);
  });

  it('has its blocks again when it is opened again', async () => {
    await store.put(hello.hash, hello.bytes);
    store = await reopened();
    expect((await store.get(hello.hash)).kind).to.equal('found');
    expect((await store.list('', 10)).map(({ hash }) => hash)).to.deep.equal([hello.hash]);
  });

  it('shows nothing of a block whose writing was cut short, and removes it', async () => {
    const half = join(folder, 'tmp', `${hello.hash}.123.1`);
    await writeFile(half, 'hel');
    await writeFile(join(folder, 'tmp', 'notes.txt'), 'of somebody else');
    expect((await store.get(hello.hash)).kind).to.equal('missing');
    expect(await store.list('', 10)).to.deep.equal([]);
    store = await reopened();
    expect(await readdir(join(folder, 'tmp'))).to.deep.equal(['notes.txt']);
    expect((await store.get(hello.hash)).kind).to.equal('missing');
  });

  it('finds a flipped, a missing and a surplus byte', async () => {
    const path = pathOf(folder, hello.hash);
    for (const wrong of ['hellp', 'hell', 'hello!', '']) {
      await store.put(hello.hash, hello.bytes);
      await writeFile(path, wrong);
      expect((await store.get(hello.hash)).kind).to.equal('damaged');
    }
    await store.put(hello.hash, hello.bytes);
    expect(await readFile(path, 'utf8')).to.equal('hello');
  });

  it('does not read a file that is larger than any block', async () => {
    await store.put(hello.hash, hello.bytes);
    await truncate(pathOf(folder, hello.hash), 2 ** 40);
    expect((await store.get(hello.hash)).kind).to.equal('damaged');
    await store.put(hello.hash, hello.bytes);
    expect((await stat(pathOf(folder, hello.hash))).size).to.equal(5);
  });

  it('takes a folder under the name of a block for a damaged copy', async () => {
    await mkdir(pathOf(folder, hello.hash), { recursive: true });
    expect((await store.get(hello.hash)).kind).to.equal('damaged');
    expect(await store.list('', 10)).to.deep.equal([]);
    const refusal = await refusalOf(store.put(hello.hash, hello.bytes));
    expect(refusal).to.be.instanceOf(BlockStoreError);
    expect(refusal.message).to.include(pathOf(folder, hello.hash));
    expect(await readdir(join(folder, 'tmp'))).to.deep.equal([]);
  });

  it('does not write a good copy again', async () => {
    await store.put(hello.hash, hello.bytes);
    const before = await stat(pathOf(folder, hello.hash));
    await store.put(hello.hash, hello.bytes);
    const after = await stat(pathOf(folder, hello.hash));
    expect(after.ino).to.equal(before.ino);
  });

  it('leaves alone what is not a block of its own', async () => {
    await store.put(hello.hash, hello.bytes);
    const shard = join(folder, hello.hash.slice(0, 2));
    await writeFile(join(shard, 'README'), '');
    await writeFile(join(shard, world.hash), 'world');
    await writeFile(join(shard, hello.hash.toUpperCase()), '');
    await writeFile(join(folder, 'lost'), '');
    await mkdir(join(folder, 'abc'));
    expect((await store.list('', 10)).map(({ hash }) => hash)).to.deep.equal([hello.hash]);
    expect((await store.get(world.hash)).kind).to.equal('missing');
  });

  it('makes no block older when the clock is set back', async () => {
    await store.put(hello.hash, hello.bytes);
    const future = Date.now() / 1000 + 3600;
    await utimes(pathOf(folder, hello.hash), future, future);
    expect((await store.list('', 1))[0]?.ageMs).to.equal(0);
    expect(await store.remove(hello.hash, 1)).to.equal(false);
    expect(await store.remove(hello.hash, 0)).to.equal(true);
  });

  it('goes on when its folders are removed under it', async () => {
    await store.put(hello.hash, hello.bytes);
    await rm(join(folder, hello.hash.slice(0, 2)), { recursive: true });
    expect((await store.get(hello.hash)).kind).to.equal('missing');
    await store.put(hello.hash, hello.bytes);
    expect((await store.get(hello.hash)).kind).to.equal('found');
  });

  it('says what the system refuses, and of which file', async () => {
    await writeFile(join(folder, world.hash.slice(0, 2)), 'a file in the way');
    for (const call of [store.put(world.hash, world.bytes), store.get(world.hash)]) {
      const refusal = await refusalOf(call);
      expect(refusal).to.be.instanceOf(BlockStoreError);
      expect(refusal.message).to.match(/^cannot read .*: it is not a folder \(ENOTDIR\)$/);
      expect(refusal.message).to.include(pathOf(folder, world.hash));
    }
    const elsewhere = { folder: join(folder, world.hash.slice(0, 2)), now: () => 0 };
    const opened = await refusalOf(DiskBlockStore.open(elsewhere));
    expect(opened).to.be.instanceOf(BlockStoreError);
  });
});
