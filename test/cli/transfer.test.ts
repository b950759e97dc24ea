/** A file on its way into blocks and back, against a store in memory. */
import { expect } from 'chai';
import { BytePool } from '../../src/base/byte-pool.js';
import { hashOf, type BlockHash } from '../../src/blocks/block-hash.js';
import { fetchBytes, storeBytes } from '../../src/cli/transfer.js';

class MemoryStore {
  readonly blocks = new Map<BlockHash, Uint8Array>();
  readonly puts: BlockHash[] = [];
  readonly pool = new BytePool(2 ** 20);
  reading = 0;
  readingMost = 0;

  missing(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    return Promise.resolve(new Set(hashes.filter((hash) => !this.blocks.has(hash))));
  }

  put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    this.puts.push(hash);
    this.blocks.set(hash, bytes.slice());
    return Promise.resolve();
  }

  async get(hash: BlockHash): Promise<Uint8Array | undefined> {
    this.reading += 1;
    this.readingMost = Math.max(this.readingMost, this.reading);
    await new Promise((resolve) => setImmediate(resolve));
    this.reading -= 1;
    return this.blocks.get(hash);
  }
}

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for (const text of texts) yield await Promise.resolve(new TextEncoder().encode(text));
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('the transfer of a file', () => {
  const text = 'abcabcabd-end';
  const blockHashes = ['abc', 'abc', 'abd', '-en', 'd'].map((block) =>
    hashOf(new TextEncoder().encode(block)),
  );

  it('cuts wherever chunks end, and sends what is missing once', async () => {
    for (const parts of [
      [text],
      ['a', 'b', 'c', 'abcab', 'd-', 'end'],
      ['ab', 'cabca', 'bd-end'],
    ]) {
      const store = new MemoryStore();
      store.blocks.set(hashOf(new TextEncoder().encode('-en')), new TextEncoder().encode('-en'));
      const told: number[] = [];
      const onBytes = (bytes: number): void => {
        told.push(bytes);
      };
      const stored = await storeBytes(chunks(...parts), 3, { store, onBytes });
      expect(stored).to.deep.equal({ hashes: blockHashes, bytes: text.length, blocksSent: 3 });
      expect(store.puts).to.have.length(3);
      expect(told.at(-1)).to.equal(text.length);
      expect(await textOf(fetchBytes(stored.hashes, store, 2))).to.equal(text);
      expect(store.readingMost).to.equal(2);
    }
  });

  it('is nothing for an empty file', async () => {
    const store = new MemoryStore();
    const stored = await storeBytes(chunks(), 3, { store, onBytes: () => undefined });
    expect(stored).to.deep.equal({ hashes: [], bytes: 0, blocksSent: 0 });
    expect(await textOf(fetchBytes([], store, 2))).to.equal('');
  });

  it('ends at a block that is lost, and at a word that names none', async () => {
    for (const hashlist of [blockHashes, ['no hash'], [1]]) {
      let message = '';
      try {
        await textOf(fetchBytes(hashlist, new MemoryStore(), 2));
      } catch (error) {
        message = String(error);
      }
      expect(message).to.match(/no good copy of block|names no block/);
    }
  });
});
