/** What every `BlockStore` must do, whatever is behind it. Run on each implementation. */
import { expect } from 'chai';
import { hashOf } from '../../src/blocks/block-hash.js';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import { BlockOutOfReach } from '../../src/blocks/block-store.js';
import type { BlockStore } from '../../src/blocks/block-store.js';
import { blockOf } from '../blocks/block-world.js';

/** One store, empty, under a clock of the test's own. */
export interface BlockStoreHome {
  readonly store: BlockStore;
  /** Moves the store's clock on. */
  readonly advance: (ms: number) => void;
  /** Gives every copy of the block other bytes. */
  readonly damage: (hash: BlockHash) => Promise<void>;
  dispose(): Promise<void>;
}

export interface BlockStoreKind {
  readonly name: string;
  /** Some of its blocks may be where it cannot look: it is never certain that there is none. */
  readonly isPartlyDown?: boolean;
  /** Blocks in a store whose listing is looked at; 60, and fewer where each of them takes long. */
  readonly listedBlocks?: number;
  makeHome(): Promise<BlockStoreHome>;
}

export function blockStoreContract(kind: BlockStoreKind): void {
  describe(`the block store contract, kept by ${kind.name}`, () => {
    let home: BlockStoreHome;
    beforeEach(async () => {
      home = await kind.makeHome();
    });
    afterEach(() => home.dispose());

    const find = (hash: BlockHash) => findIn(home.store, hash);
    const gone = (copy: 'missing' | 'damaged') =>
      kind.isPartlyDown === true ? 'out of reach' : copy;
    describeBytes(() => home, { find, gone });
    describeDamage(() => home, { find, gone });
    describePresence(() => home);
    describeListing(() => home, kind.listedBlocks ?? 60);
    describeRemoval(() => home, { find, gone });
    describeCompany(() => home);
  });
}

type Found = 'found' | 'missing' | 'damaged' | 'out of reach';

interface Finding {
  readonly find: (hash: BlockHash) => Promise<Found>;
  /** What is found where no copy is left, or a damaged one. */
  readonly gone: (copy: 'missing' | 'damaged') => Found;
}

const [hello, world, absent] = [blockOf('hello'), blockOf('world'), blockOf('absent')];

/** Bytes of every value, not a multiple of anything. */
const large = Uint8Array.from({ length: 300_007 }, (_, index) => (index * 31) % 251);

function describeBytes(home: () => BlockStoreHome, { find, gone }: Finding): void {
  it('gives back the bytes that were put', async () => {
    const { store } = home();
    await store.put(hello.hash, hello.bytes);
    await store.put(hashOf(large), large);
    expect(await bytesOf(store, hello.hash)).to.deep.equal([...hello.bytes]);
    expect(await bytesOf(store, hashOf(large))).to.deep.equal([...large]);
  });

  it('keeps an empty block as a block', async () => {
    const { store } = home();
    const empty = blockOf('');
    expect(await find(empty.hash)).to.equal(gone('missing'));
    await store.put(empty.hash, empty.bytes);
    expect(await bytesOf(store, empty.hash)).to.deep.equal([]);
    expect([...(await store.present([empty.hash]))]).to.deep.equal([empty.hash]);
    expect(await namesAndSizes(store)).to.deep.equal([[empty.hash, 0]]);
    await home().damage(empty.hash);
    expect(await find(empty.hash)).to.equal(gone('damaged'));
  });

  it('tells of a block that it does not have', async () => {
    const { store } = home();
    await store.put(hello.hash, hello.bytes);
    expect(await find(absent.hash)).to.equal(gone('missing'));
  });

  it('keeps one copy of a block that is put twice', async () => {
    const { store } = home();
    await store.put(hello.hash, hello.bytes);
    await store.put(hello.hash, hello.bytes);
    expect(await namesAndSizes(store)).to.deep.equal([[hello.hash, 5]]);
    expect(await bytesOf(store, hello.hash)).to.deep.equal([...hello.bytes]);
  });
}

function describeDamage(home: () => BlockStoreHome, { find, gone }: Finding): void {
  it('never hands out damaged bytes', async () => {
    const { store, damage } = home();
    await store.put(hello.hash, hello.bytes);
    await store.put(world.hash, world.bytes);
    await damage(hello.hash);
    expect(await find(hello.hash)).to.equal(gone('damaged'));
    expect(await bytesOf(store, world.hash)).to.deep.equal([...world.bytes]);
  });

  it('replaces a damaged copy when the block is put again', async () => {
    const { store, damage } = home();
    await store.put(hello.hash, hello.bytes);
    await damage(hello.hash);
    await store.put(hello.hash, hello.bytes);
    expect(await bytesOf(store, hello.hash)).to.deep.equal([...hello.bytes]);
    expect(await namesAndSizes(store)).to.deep.equal([[hello.hash, 5]]);
  });

  it('removes a damaged copy like any other', async () => {
    const { store, damage } = home();
    await store.put(hello.hash, hello.bytes);
    await damage(hello.hash);
    expect(await store.remove(hello.hash, 0)).to.equal(true);
    expect(await find(hello.hash)).to.equal(gone('missing'));
  });
}

function describePresence(home: () => BlockStoreHome): void {
  it('knows which of many blocks are present', async () => {
    const { store } = home();
    expect((await store.present([hello.hash])).size).to.equal(0);
    await store.put(hello.hash, hello.bytes);
    await store.put(world.hash, world.bytes);
    const asked = [absent.hash, world.hash, hello.hash, world.hash];
    const found = await store.present(asked);
    expect([...found].sort()).to.deep.equal([hello.hash, world.hash].sort());
    expect((await store.present([])).size).to.equal(0);
  });

  it('tells how long ago a block was put or named as present', async () => {
    const { store, advance } = home();
    await store.put(hello.hash, hello.bytes);
    expect(await ageOf(store)).to.equal(0);
    advance(5_000);
    await store.get(hello.hash);
    expect(await ageOf(store)).to.equal(5_000);
    await store.present([absent.hash]);
    expect(await ageOf(store)).to.equal(5_000);
    await store.present([hello.hash]);
    expect(await ageOf(store)).to.equal(0);
    advance(7_000);
    expect(await ageOf(store)).to.equal(7_000);
    await store.put(hello.hash, hello.bytes);
    expect(await ageOf(store)).to.equal(0);
  });
}

function describeListing(home: () => BlockStoreHome, count: number): void {
  it('lists nothing when it is empty', async () => {
    expect(await home().store.list('', 10)).to.deep.equal([]);
  });

  it('lists all blocks in order, page by page', async () => {
    const { store } = home();
    const blocks = Array.from({ length: count }, (_, number) => blockOf(`block ${number}`));
    for (const { hash, bytes } of blocks) await store.put(hash, bytes);
    const all = blocks.map(({ hash }) => hash).sort();
    for (const limit of [1, 7, count, 1_000]) {
      const seen: BlockHash[] = [];
      for (;;) {
        const page = await store.list(seen.at(-1) ?? '', limit);
        if (page.length === 0) break;
        expect(page.length).to.be.at.most(limit);
        seen.push(...page.map(({ hash }) => hash));
      }
      expect(seen).to.deep.equal(all);
    }
  });

  it('lists what comes behind any text', async () => {
    const { store } = home();
    const blocks = Array.from({ length: count }, (_, number) => blockOf(`block ${number}`));
    for (const { hash, bytes } of blocks) await store.put(hash, bytes);
    const all = blocks.map(({ hash }) => hash).sort();
    for (const after of ['0', '7', '80', '80a', 'c'.repeat(64), 'f', 'zz']) {
      const listed = (await store.list(after, 100)).map(({ hash }) => hash);
      expect(listed).to.deep.equal(all.filter((hash) => hash > after));
    }
  });
}

function describeRemoval(home: () => BlockStoreHome, { find, gone }: Finding): void {
  it('removes a block', async () => {
    const { store } = home();
    await store.put(hello.hash, hello.bytes);
    await store.put(world.hash, world.bytes);
    expect(await store.remove(hello.hash, 0)).to.equal(true);
    expect(await find(hello.hash)).to.equal(gone('missing'));
    expect((await store.present([hello.hash])).size).to.equal(0);
    expect(await namesAndSizes(store)).to.deep.equal([[world.hash, 5]]);
    expect(await store.remove(hello.hash, 0)).to.equal(false);
    await store.put(hello.hash, hello.bytes);
    expect(await bytesOf(store, hello.hash)).to.deep.equal([...hello.bytes]);
  });

  it('keeps a block that is too young', async () => {
    const { store, advance } = home();
    await store.put(hello.hash, hello.bytes);
    advance(9_999);
    expect(await store.remove(hello.hash, 10_000)).to.equal(false);
    expect(await find(hello.hash)).to.equal('found');
    advance(1);
    expect(await store.remove(hello.hash, 10_000)).to.equal(true);
  });

  it('keeps an old block that is put or named as present before it is removed', async () => {
    const { store, advance } = home();
    await store.put(hello.hash, hello.bytes);
    await store.put(world.hash, world.bytes);
    advance(60_000);
    const touched = Promise.all([store.present([hello.hash]), store.put(world.hash, world.bytes)]);
    const removed = [store.remove(hello.hash, 1_000), store.remove(world.hash, 1_000)];
    expect(await Promise.all(removed)).to.deep.equal([false, false]);
    const [present] = await touched;
    expect([...present]).to.deep.equal([hello.hash]);
    expect(await find(world.hash)).to.equal('found');
  });

  it('has a block that is put while it is being removed', async () => {
    const { store, advance } = home();
    await store.put(hello.hash, hello.bytes);
    advance(60_000);
    await Promise.all([store.remove(hello.hash, 1_000), store.put(hello.hash, hello.bytes)]);
    expect(await find(hello.hash)).to.equal('found');
  });
}

function describeCompany(home: () => BlockStoreHome): void {
  it('is not disturbed by many calls for one block at once', async () => {
    const { store } = home();
    await store.put(hello.hash, hello.bytes);
    const calls = Array.from({ length: 20 }, async () => {
      await store.put(hello.hash, hello.bytes);
      expect(await bytesOf(store, hello.hash)).to.deep.equal([...hello.bytes]);
      expect((await store.present([hello.hash])).size).to.equal(1);
    });
    await Promise.all(calls);
    expect(await namesAndSizes(store)).to.deep.equal([[hello.hash, 5]]);
  });

  it('takes many blocks at once', async () => {
    const { store } = home();
    const blocks = Array.from({ length: 50 }, (_, number) => blockOf(`${number}`.repeat(1_000)));
    await Promise.all(blocks.map(({ hash, bytes }) => store.put(hash, bytes)));
    const reads = await Promise.all(blocks.map(({ hash }) => bytesOf(store, hash)));
    expect(reads).to.deep.equal(blocks.map(({ bytes }) => [...bytes]));
  });
}

async function findIn(store: BlockStore, hash: BlockHash): Promise<Found> {
  try {
    return (await store.get(hash)).kind;
  } catch (error) {
    if (!(error instanceof BlockOutOfReach)) throw error;
    return 'out of reach';
  }
}

async function bytesOf(store: BlockStore, hash: BlockHash): Promise<readonly number[]> {
  const read = await store.get(hash);
  expect(read.kind).to.equal('found');
  return read.kind === 'found' ? [...read.bytes] : [];
}

async function namesAndSizes(store: BlockStore): Promise<readonly (readonly [string, number])[]> {
  return (await store.list('', 100)).map(({ hash, bytes }) => [hash, bytes]);
}

/** The age of the only block, in whole milliseconds: a disk may keep it a little less exactly. */
async function ageOf(store: BlockStore): Promise<number> {
  const ages = (await store.list('', 100)).map(({ ageMs }) => Math.round(ageMs));
  expect(ages).to.have.length(1);
  return ages[0] ?? NaN;
}
