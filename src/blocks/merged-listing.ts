/** All blocks of all stores in order, each with the stores that list it; page by page. */
import type { BlockCluster } from './block-cluster.js';
import type { BlockHash } from './block-hash.js';
import { BlockStoreError } from './block-store.js';
import type { StoredBlock } from './block-store.js';

const pageBlocksMax = 1_000;

/** What is known of a store so far. */
export interface StoreTally {
  readonly address: string;
  /** False once it has refused, or has not answered in time: it is asked no more. */
  reachable: boolean;
  blocks: number;
  bytes: number;
}

export interface ListedBlock {
  readonly hash: BlockHash;
  /** The stores that list it. */
  readonly holders: readonly string[];
}

interface Cursor {
  readonly tally: StoreTally;
  page: readonly StoredBlock[];
  next: number;
  isAtEnd: boolean;
}

export function newTallies(cluster: BlockCluster): readonly StoreTally[] {
  return cluster.addresses.map((address) => ({ address, reachable: true, blocks: 0, bytes: 0 }));
}

/**
 * The tallies are kept while the blocks are walked through: blocks and bytes are added, and a store
 * that fails is marked. A block that comes while this runs is shown or not.
 */
export async function* mergedListing(
  cluster: BlockCluster,
  tallies: readonly StoreTally[],
): AsyncGenerator<ListedBlock> {
  const cursors = tallies.map((tally): Cursor => ({ tally, page: [], next: 0, isAtEnd: false }));
  for (;;) {
    await Promise.all(cursors.map((cursor) => fill(cluster, cursor)));
    const hash = cursors.map((cursor) => cursor.page[cursor.next]?.hash).reduce(first);
    if (hash === undefined) return;
    const holders: string[] = [];
    for (const cursor of cursors) {
      const block = cursor.page[cursor.next];
      if (block?.hash !== hash) continue;
      cursor.next += 1;
      cursor.tally.blocks += 1;
      cursor.tally.bytes += block.bytes;
      holders.push(cursor.tally.address);
    }
    yield { hash, holders };
  }
}

/** Sees to it that the cursor stands on a block, if there is one more. */
async function fill(cluster: BlockCluster, cursor: Cursor): Promise<void> {
  if (cursor.next < cursor.page.length || cursor.isAtEnd) return;
  if (!cursor.tally.reachable) {
    cursor.isAtEnd = true;
    return;
  }
  const { address } = cursor.tally;
  try {
    const after = cursor.page.at(-1)?.hash ?? '';
    cursor.page = await cluster.storeAt(address).list(after, pageBlocksMax);
    cursor.isAtEnd = cursor.page.length === 0;
  } catch (error) {
    if (!(error instanceof BlockStoreError)) throw error;
    cursor.page = [];
    cursor.isAtEnd = true;
    cursor.tally.reachable = false;
  }
  cursor.next = 0;
}

function first(left: BlockHash | undefined, right: BlockHash | undefined): BlockHash | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left < right ? left : right;
}
