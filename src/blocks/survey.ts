/** What the stores hold by their own account: nothing is read, nothing is changed. */
import type { BlockCluster } from './block-cluster.js';
import type { BlockHash } from './block-hash.js';
import { mergedListing, newTallies } from './merged-listing.js';
import type { StoreTally } from './merged-listing.js';

export interface BlockSurvey {
  /** In the configuration's order. */
  readonly stores: readonly Readonly<StoreTally>[];
  /** Blocks that fewer stores list than are to keep copies. */
  readonly withTooFewCopies: number;
}

export interface SurveyOptions {
  readonly cluster: BlockCluster;
  /** An owner that answers does not list a block that another store lists. */
  onAbsent?(address: string, hash: BlockHash): void;
}

export async function surveyBlocks(options: SurveyOptions): Promise<BlockSurvey> {
  const { cluster } = options;
  const stores = newTallies(cluster);
  const tallyOf = new Map(stores.map((tally) => [tally.address, tally]));
  let withTooFewCopies = 0;
  for await (const { hash, holders } of mergedListing(cluster, stores)) {
    if (holders.length < cluster.copies) withTooFewCopies += 1;
    for (const address of cluster.ownersOf(hash)) {
      if (holders.includes(address) || tallyOf.get(address)?.reachable !== true) continue;
      options.onAbsent?.(address, hash);
    }
  }
  return { stores, withTooFewCopies };
}
