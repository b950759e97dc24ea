/** What the store in memory promises beyond the contract of all stores. */
import { expect } from 'chai';
import { hashOf } from '../../src/blocks/block-hash.js';
import { MemoryBlockStore } from '../../src/blocks/memory-block-store.js';

describe('the store in memory', () => {
  it('does not keep the buffer that a block was cut out of', async () => {
    const store = new MemoryBlockStore(() => 0);
    const bytes = new Uint8Array(1_000).fill(7).subarray(10, 20);
    await store.put(hashOf(bytes), bytes);
    const read = await store.get(hashOf(bytes));
    expect(read.kind === 'found' && read.bytes.buffer.byteLength).to.equal(10);
  });
});
