/** One `put` on several stores: sent to the owners, with stand-ins for those that refuse. */
import type { BlockCluster } from './block-cluster.js';
import type { BlockHash } from './block-hash.js';
import { BlockStoreError, TooFewBlockStores } from './block-store.js';
import { askInTurn } from './ask-in-turn.js';

export interface PutOnOwnersOptions {
  readonly cluster: BlockCluster;
  readonly hash: BlockHash;
  readonly bytes: Uint8Array;
  /** An owner did not take the block. */
  onMissed(address: string, error: BlockStoreError): void;
}

export interface OngoingPut {
  /** Resolves once a majority of the copies is durable; rejects with `TooFewBlockStores`. */
  readonly acknowledged: Promise<void>;
  /** Resolves when no store is being written to any more. */
  readonly settled: Promise<void>;
}

export function putOnOwners(options: PutOnOwnersOptions): OngoingPut {
  const { cluster, hash, bytes } = options;
  const owners = new Set(cluster.ownersOf(hash));
  const refusals: string[] = [];
  let durable = 0;
  let acknowledge: () => void;
  const isDurable = new Promise<void>((resolve) => (acknowledge = resolve));
  const settled = askInTurn({
    timer: cluster.timer,
    patienceMs: cluster.patienceMs,
    addresses: cluster.inOrder(hash),
    atOnce: cluster.copies,
    isWaiting: () => durable < cluster.majority,
    async ask(address) {
      try {
        await cluster.storeAt(address).put(hash, bytes);
      } catch (error) {
        if (!(error instanceof BlockStoreError)) throw error;
        refusals.push(error.message);
        if (owners.has(address)) options.onMissed(address, error);
        return true;
      }
      durable += 1;
      if (durable === cluster.majority) acknowledge();
      return false;
    },
  });
  const enough = settled.then(() => {
    if (durable < cluster.majority) throw tooFew(cluster, durable, refusals);
  });
  return { acknowledged: Promise.race([isDurable, enough]), settled };
}

function tooFew(cluster: BlockCluster, durable: number, why: readonly string[]): TooFewBlockStores {
  const wanted = `${cluster.majority} must keep the block, ${durable} did`;
  return new TooFewBlockStores(`too few block stores: ${wanted} (${why.join('; ')})`);
}
