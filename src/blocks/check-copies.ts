/** Reads and hashes the copies of one block, wherever they are or ought to be. */
import { must } from '../base/assert.js';
import type { BlockCluster } from './block-cluster.js';
import type { BlockHash } from './block-hash.js';
import { BlockStoreError } from './block-store.js';
import type { ReadBlock } from './block-store.js';
import type { StoreTally } from './merged-listing.js';

export interface CheckedCopies {
  /** Of one good copy; undefined when there is none. */
  readonly bytes: Uint8Array | undefined;
  readonly good: ReadonlySet<string>;
  readonly damaged: ReadonlySet<string>;
  /** Stores that say they have no copy. */
  readonly missing: ReadonlySet<string>;
}

export interface CheckCopiesOptions {
  readonly cluster: BlockCluster;
  readonly hash: BlockHash;
  /** The stores that list the block. */
  readonly holders: readonly string[];
  /** A store that fails is marked here, and not asked again. */
  readonly tallies: readonly StoreTally[];
}

/** Owners that answer and have no copy. */
export function missingOwners(
  cluster: BlockCluster,
  hash: BlockHash,
  copies: CheckedCopies,
): readonly string[] {
  return cluster.ownersOf(hash).filter((address) => copies.missing.has(address));
}

/** Asks those that list the block and its owners; all others, too, if these have no good one. */
export async function checkCopies(options: CheckCopiesOptions): Promise<CheckedCopies> {
  const { cluster, hash, holders } = options;
  const likely = new Set([...cluster.ownersOf(hash), ...holders]);
  const reads = await readAll(options, [...likely]);
  if (reads.some(([, read]) => read.kind === 'found')) return sorted(reads);
  const others = cluster.addresses.filter((address) => !likely.has(address));
  return sorted([...reads, ...(await readAll(options, others))]);
}

type Read = readonly [address: string, read: ReadBlock];

async function readAll(
  { cluster, hash, tallies }: CheckCopiesOptions,
  addresses: readonly string[],
): Promise<readonly Read[]> {
  const reads = addresses.map(async (address): Promise<Read[]> => {
    const tally = must(
      tallies.find((of) => of.address === address),
      'a tally of each store',
    );
    if (!tally.reachable) return [];
    try {
      return [[address, await cluster.storeAt(address).get(hash)]];
    } catch (error) {
      if (!(error instanceof BlockStoreError)) throw error;
      tally.reachable = false;
      return [];
    }
  });
  return (await Promise.all(reads)).flat();
}

function sorted(reads: readonly Read[]): CheckedCopies {
  const of = (kind: ReadBlock['kind']): ReadonlySet<string> =>
    new Set(reads.filter(([, read]) => read.kind === kind).map(([address]) => address));
  const found = reads.map(([, read]) => read).find((read) => read.kind === 'found');
  return {
    bytes: found?.bytes,
    good: of('found'),
    damaged: of('damaged'),
    missing: of('missing'),
  };
}
