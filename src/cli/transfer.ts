/**
 * Moves the bytes of one file between a stream and the blocks of a cluster. Only some blocks are in
 * memory at a time, however long the file is.
 */
import type { BytePool } from '../base/byte-pool.js';
import { count } from '../base/count.js';
import { hashOf, isBlockHash, type BlockHash } from '../blocks/block-hash.js';
import type { ClusterBlocks } from '../client/cluster-blocks.js';
import type { HashItem } from '../client/file-answers.js';
import { StartError } from './start-error.js';

/** Bytes of blocks that are held at a time; one block at least. */
const heldBytesMax = 24 * 1024 * 1024;

/** A transfer that took longer makes sure of its blocks before a file names them. */
const trustedMs = 10 * 60 * 1000;

/** A shorter block is left to the collector. */
const pooledBytesMin = 64 * 1024;

type Store = Pick<ClusterBlocks, 'get' | 'missing' | 'pool' | 'put'>;

export interface StoredFile {
  /** In the order of the file; empty for an empty file. */
  readonly hashes: readonly BlockHash[];
  readonly bytes: number;
  /** Blocks that the cluster did not have. */
  readonly blocksSent: number;
}

/** Cuts the bytes into blocks of `blockBytes` and has the cluster keep all of them. */
export async function storeBytes(
  bytes: AsyncIterable<Uint8Array>,
  blockBytes: number,
  { store, onBytes }: { readonly store: Store; readonly onBytes: (bytes: number) => void },
): Promise<StoredFile> {
  const beganMs = performance.now();
  const hashes: BlockHash[] = [];
  let blocksSent = 0;
  let total = 0;
  let held = new Map<BlockHash, Uint8Array>();
  let heldBytes = 0;
  const send = async (): Promise<void> => {
    const missing = await store.missing([...held.keys()]);
    await Promise.all(
      [...held].map(async ([hash, block]) => {
        if (!missing.has(hash)) return;
        await store.put(hash, block);
        blocksSent += 1;
      }),
    );
    onBytes(total);
    for (const block of held.values()) store.pool.giveBack(block);
    held = new Map();
    heldBytes = 0;
  };
  for await (const block of cut(bytes, blockBytes, store.pool)) {
    const hash = hashOf(block);
    hashes.push(hash);
    total += block.length;
    if (held.has(hash)) {
      store.pool.giveBack(block);
      continue;
    }
    held.set(hash, block);
    heldBytes += block.length;
    if (heldBytes + blockBytes > heldBytesMax) await send();
  }
  if (held.size > 0) await send();
  await confirm(hashes, store, beganMs);
  return { hashes, bytes: total, blocksSent };
}

/** Blocks that no file names may be collected; asking for them makes them young again. */
async function confirm(hashes: readonly BlockHash[], store: Store, beganMs: number): Promise<void> {
  if (performance.now() - beganMs < trustedMs) return;
  const { size } = await store.missing([...new Set(hashes)]);
  if (size === 0) return;
  const were = size === 1 ? 'was' : 'were';
  throw new StartError(`${count(size, 'block')} ${were} collected meanwhile; try again`);
}

/**
 * The bytes of a file, block by block, some fetched ahead; each is to be used before the next is
 * asked for. Throws `StartError` for a lost one.
 */
export async function* fetchBytes(
  hashlist: readonly HashItem[],
  store: Store,
  blocksAheadMax: number,
): AsyncGenerator<Uint8Array, void> {
  const hashes = hashlist.map(hashIn);
  // The list does not tell how long a block is; the first one does.
  let blocksAhead = 1;
  const coming: Promise<Uint8Array>[] = [];
  const fetch = async (hash: BlockHash): Promise<Uint8Array> => {
    const block = await store.get(hash);
    if (block === undefined) throw new StartError(`no good copy of block ${hash} can be reached`);
    return block;
  };
  for (const [at] of hashes.entries()) {
    for (let next = at + coming.length; coming.length < blocksAhead; next += 1) {
      const hash = hashes[next];
      if (hash === undefined) break;
      const block = fetch(hash);
      // Whoever waits for it hears of it; until then it is nobody's.
      block.catch(() => undefined);
      coming.push(block);
    }
    const first = coming.shift();
    if (first === undefined) continue;
    const block = await first;
    const room = Math.floor(heldBytesMax / Math.max(1, block.length));
    blocksAhead = Math.max(1, Math.min(blocksAheadMax, room));
    yield block;
    store.pool.giveBack(block);
  }
}

function hashIn(item: HashItem): BlockHash {
  if (typeof item === 'string' && isBlockHash(item)) return item;
  throw new StartError(`the hash list has ${JSON.stringify(String(item))}, which names no block`);
}

/** The same bytes in pieces of exactly `size`, the last one shorter; each is a copy. */
async function* cut(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  pool: BytePool,
): AsyncGenerator<Uint8Array, void> {
  const isLong = size >= pooledBytesMin;
  const newBlock = (): Uint8Array =>
    isLong ? pool.take(size).subarray(0, size) : new Uint8Array(size);
  let block = newBlock();
  let filled = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(size - filled, chunk.length - at);
      block.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < size) continue;
      yield block;
      block = newBlock();
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
