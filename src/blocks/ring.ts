/**
 * Which stores keep a block: consistent hashing. Every store has one point on a ring of SHA-256
 * values; a block belongs to the stores that come behind its own hash, so that a store that joins
 * or leaves moves only the blocks it gains or loses.
 */
import { createHash } from 'node:crypto';
import { assert, must } from '../base/assert.js';
import type { BlockHash } from './block-hash.js';

interface RingPoint {
  /** 64 hexadecimal digits: in this form the order of strings is the order of numbers. */
  readonly at: string;
  readonly address: string;
}

export class Ring {
  /** As they were given. */
  readonly addresses: readonly string[];
  readonly #points: readonly RingPoint[];

  /** `addresses` are host:port as the configuration writes them; at least one, all different. */
  constructor(addresses: readonly string[]) {
    assert(addresses.length > 0, 'a ring has at least one store');
    assert(new Set(addresses).size === addresses.length, 'the stores of a ring differ');
    this.addresses = [...addresses];
    this.#points = addresses
      .map((address) => ({ at: pointOf(address), address }))
      .sort((left, right) => (left.at < right.at ? -1 : 1));
  }

  /** All stores in the order in which they are to keep the block, its owner first. */
  ownersOf(hash: BlockHash): readonly string[] {
    const behind = this.#points.findIndex(({ at }) => at > hash);
    const first = behind === -1 ? 0 : behind;
    return this.#points.map((_, index) => {
      const point = this.#points[(first + index) % this.#points.length];
      return must(point, 'the remainder is a place on the ring').address;
    });
  }
}

function pointOf(address: string): string {
  return createHash('sha256').update(`blockstore${address}`).digest('hex');
}
