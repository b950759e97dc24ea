/**
 * Which worker holds a block for all: rendezvous hashing. Every worker has a weight for every
 * block, and the heaviest one is the block's home; one that comes or goes moves only its own.
 */
import { createHash } from 'node:crypto';
import type { BlockHash } from '../../blocks/block-hash.js';

/** One of the addresses; undefined when there is none. */
export function homeOf(hash: BlockHash, addresses: readonly string[]): string | undefined {
  let home: string | undefined;
  let heaviest = '';
  for (const address of addresses) {
    const weight = createHash('sha256').update(`${address} ${hash}`).digest('hex');
    if (weight <= heaviest) continue;
    heaviest = weight;
    home = address;
  }
  return home;
}
