/** The block store contract on every store but the one on disk, which `test/io` brings. */
import { MemoryBlockStore } from '../../src/blocks/memory-block-store.js';
import { BlockWorld } from '../blocks/block-world.js';
import { blockStoreContract } from './block-store-contract.js';
import type { BlockStoreHome } from './block-store-contract.js';

const nothingToDispose = () => Promise.resolve();

blockStoreContract({
  name: 'the store in memory',
  makeHome: () => {
    let now = 1_000_000;
    const store = new MemoryBlockStore(() => now);
    return Promise.resolve({
      store,
      advance: (ms) => {
        now += ms;
      },
      damage: async (hash) => {
        await store.remove(hash, 0);
        await store.put(hash, Uint8Array.of(66, 97, 100));
      },
      dispose: nothingToDispose,
    });
  },
});

function homeOf(world: BlockWorld): BlockStoreHome {
  return {
    store: world.all,
    advance: (ms) => world.timer.jump(ms),
    damage: async (hash) => {
      for (const store of world.stores) await store.damage(hash);
    },
    dispose: nothingToDispose,
  };
}

for (const stores of [1, 2, 3, 7]) {
  blockStoreContract({
    name: `${stores} stores as one`,
    makeHome: () => Promise.resolve(homeOf(new BlockWorld({ stores }))),
  });
}

blockStoreContract({
  name: 'three stores as one, with one of them down',
  isPartlyDown: true,
  makeHome: () => {
    const world = new BlockWorld();
    world.at('localhost:9002').mode = 'down';
    return Promise.resolve(homeOf(world));
  },
});
