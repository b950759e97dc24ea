/** The one store of a cluster that has no other. */
import { expect } from 'chai';
import type { BlockEvent } from '../../src/blocks/block-event.js';
import { MemoryBlockStore } from '../../src/blocks/memory-block-store.js';
import { OnlyBlockStore } from '../../src/blocks/only-block-store.js';
import { blockStoreContract } from '../contract/block-store-contract.js';
import { blockOf } from './block-world.js';

const wrong = Uint8Array.of(1);

blockStoreContract({
  name: 'the only store of a cluster',
  makeHome: () => {
    let now = 0;
    const inner = new MemoryBlockStore(() => now);
    const observer = () => undefined;
    return Promise.resolve({
      store: new OnlyBlockStore({ address: 'a:1', store: inner, observer }),
      advance: (ms: number) => {
        now += ms;
      },
      damage: async (hash) => {
        await inner.remove(hash, 0);
        await inner.put(hash, wrong);
      },
      dispose: () => Promise.resolve(),
    });
  },
});

describe('the only store of a cluster', () => {
  it('tells of a damaged copy', async () => {
    const { hash, bytes } = blockOf('hello');
    const events: BlockEvent[] = [];
    const inner = new MemoryBlockStore(() => 0);
    const observer = (event: BlockEvent) => events.push(event);
    const store = new OnlyBlockStore({ address: 'a:1', store: inner, observer });
    await inner.put(hash, wrong);
    expect(await store.get(hash)).to.deep.equal({ kind: 'damaged' });
    await store.put(hash, bytes);
    expect(await store.get(hash)).to.have.property('kind', 'found');
    expect(events).to.deep.equal([{ type: 'damaged', address: 'a:1', hash }]);
  });
});
