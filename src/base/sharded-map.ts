/**
 * A map from texts to values for millions of keys. A plain `Map` copies itself whole each time it
 * has to grow, which pauses the process for a quarter of a second at a million keys; here each of
 * many small maps does so for itself. The order of iteration follows from the calls alone.
 */
import { must } from './assert.js';

/** At a million keys each shard holds about 4,000, which it copies in well under a millisecond. */
const shards = 256;

export class ShardedMap<Value> {
  readonly #shards = Array.from({ length: shards }, () => new Map<string, Value>());
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    return this.#shardOf(key).get(key);
  }

  set(key: string, value: Value): void {
    const shard = this.#shardOf(key);
    const before = shard.size;
    shard.set(key, value);
    this.#size += shard.size - before;
  }

  delete(key: string): void {
    if (this.#shardOf(key).delete(key)) this.#size -= 1;
  }

  /** All entries, shard by shard. The map must not change while they are read. */
  *entries(): Generator<[string, Value], void> {
    for (const shard of this.#shards) yield* shard.entries();
  }

  #shardOf(key: string): Map<string, Value> {
    return must(this.#shards[hash(key) % shards], 'a hash names a shard');
  }
}

/** FNV-1a over UTF-16 units. Spreads names that differ in few places, at little cost. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  }
  return (sum ^ (sum >>> 15)) >>> 0;
}
