/** One `get` over several stores: the first good copy, and word of the bad ones met on the way. */
import { askInTurn } from './ask-in-turn.js';
import type { BlockCluster } from './block-cluster.js';
import type { BlockHash } from './block-hash.js';
import { BlockOutOfReach, BlockStoreError } from './block-store.js';
import type { ReadBlock } from './block-store.js';

export interface BadCopy {
  readonly address: string;
  readonly kind: 'damaged' | 'missing';
}

export interface GetFromAnyOptions {
  readonly cluster: BlockCluster;
  readonly hash: BlockHash;
  /** Whom to ask, in this order. */
  readonly addresses: readonly string[];
  /** A store has no good copy, and here are the good bytes of another one. */
  onBad?(bad: BadCopy, good: Uint8Array): void;
}

/**
 * Rejects with `BlockOutOfReach` when nobody has a good copy and somebody could not be asked: only
 * when all have answered is it certain that there is none. 'damaged' then means that somebody has
 * a copy, 'missing' that nobody has.
 */
export async function getFromAny(options: GetFromAnyOptions): Promise<ReadBlock> {
  const { cluster, hash, addresses } = options;
  const bad: BadCopy[] = [];
  const unasked: string[] = [];
  let good: Uint8Array | undefined;
  let finish: () => void;
  const isFound = new Promise<void>((resolve) => (finish = resolve));

  const note = (copy: BadCopy): void => {
    bad.push(copy);
    if (good !== undefined) options.onBad?.(copy, good);
  };
  const found = (bytes: Uint8Array): void => {
    if (good !== undefined) return;
    good = bytes;
    for (const copy of bad) options.onBad?.(copy, bytes);
    finish();
  };
  const settled = askInTurn({
    timer: cluster.timer,
    patienceMs: cluster.patienceMs,
    addresses,
    atOnce: 1,
    isWaiting: () => good === undefined,
    async ask(address) {
      try {
        const read = await cluster.storeAt(address).get(hash);
        if (read.kind === 'found') found(read.bytes);
        else note({ address, kind: read.kind });
      } catch (error) {
        if (!(error instanceof BlockStoreError)) throw error;
        unasked.push(error.message);
      }
      return good === undefined;
    },
  });
  await Promise.race([isFound, settled]);
  return verdict({ good, bad, unasked, asked: addresses.length });
}

interface Answers {
  readonly good: Uint8Array | undefined;
  readonly bad: readonly BadCopy[];
  readonly unasked: readonly string[];
  readonly asked: number;
}

function verdict({ good, bad, unasked, asked }: Answers): ReadBlock {
  if (good !== undefined) return { kind: 'found', bytes: good };
  if (unasked.length > 0) {
    const who = `${unasked.length} of ${asked} stores could not be asked`;
    throw new BlockOutOfReach(`block not found: ${who} (${unasked.join('; ')})`);
  }
  return { kind: bad.some(({ kind }) => kind === 'damaged') ? 'damaged' : 'missing' };
}
