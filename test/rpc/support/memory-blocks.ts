/**
 * Blocks in the memory of the test, on one store.
 */
import type { BlockService } from '../../../src/blocks/block-service.js';
import type { BlockStore } from '../../../src/blocks/block-store.js';
import { MemoryBlockStore } from '../../../src/blocks/memory-block-store.js';
import { Ring } from '../../../src/blocks/ring.js';

export const storeAddresses = ['localhost:9501', 'localhost:9502', 'localhost:9503'];

/** One store that is the only one, although the ring has three places. */
export function memoryBlocks(
  own: BlockStore = new MemoryBlockStore(() => Date.now()),
): BlockService {
  const ring = new Ring(storeAddresses);
  return { own, all: own, addresses: ring.addresses, ownersOf: (hash) => ring.ownersOf(hash) };
}

/** A memory store of which a test replaces what it wants. */
export function storeWith(replaced: Partial<BlockStore>): BlockStore {
  const store = new MemoryBlockStore(() => Date.now());
  const whole: BlockStore = {
    put: (name, block) => store.put(name, block),
    get: (name) => store.get(name),
    present: (names) => store.present(names),
    list: (after, limit) => store.list(after, limit),
    remove: (name, minAgeMs) => store.remove(name, minAgeMs),
  };
  return { ...whole, ...replaced };
}
