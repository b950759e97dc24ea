/**
 * Bytes that never change under their key: blocks by their hash, files by their entity tag. Bounded
 * in bytes; what was not asked for longest goes first. Many who ask for the same at the same time
 * wait for one load.
 */

/** What the cache has done since it was made. */
export interface CacheStatistics {
  /** Answered without a load of their own, those that waited for another's too. */
  readonly hits: number;
  readonly misses: number;
  /** Bytes that are held, with what holding them takes. */
  readonly bytes: number;
}

/** What an entry takes beside its bytes. */
const entryBytes = 256;

/** One entry may take this part of all room; a larger one would drive out too many others. */
const shareMax = 1 / 4;

export class ContentCache {
  readonly #bytesMax: number;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Uint8Array>();
  readonly #loads = new Map<string, Promise<Uint8Array>>();
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  /** `bytesMax` 0 keeps nothing; those who wait for the same load share it all the same. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get statistics(): CacheStatistics {
    return { hits: this.#hits, misses: this.#misses, bytes: this.#bytes };
  }

  /** Whether so many bytes would be kept. */
  hasRoomFor(bytes: number): boolean {
    return bytes + entryBytes <= this.#bytesMax * shareMax;
  }

  /** The bytes, if they are held; counts as a hit then, and else as nothing. */
  peek(key: string): Uint8Array | undefined {
    const held = this.#use(key);
    if (held !== undefined) this.#hits += 1;
    return held;
  }

  /** The bytes, loaded unless they are held. Nothing is kept of a load that fails. */
  get(key: string, load: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const held = this.#use(key);
    if (held !== undefined) {
      this.#hits += 1;
      return Promise.resolve(held);
    }
    const loading = this.#loads.get(key);
    if (loading !== undefined) {
      this.#hits += 1;
      return loading;
    }
    this.#misses += 1;
    const started = this.#load(key, load);
    this.#loads.set(key, started);
    return started;
  }

  async #load(key: string, load: () => Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      const bytes = await load();
      this.#keep(key, bytes);
      return bytes;
    } finally {
      this.#loads.delete(key);
    }
  }

  #use(key: string): Uint8Array | undefined {
    const bytes = this.#entries.get(key);
    if (bytes === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, bytes);
    return bytes;
  }

  #keep(key: string, bytes: Uint8Array): void {
    if (!this.hasRoomFor(bytes.length)) return;
    this.#bytes += bytes.length + entryBytes;
    this.#entries.set(key, bytes);
    for (const [oldest, old] of this.#entries) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#entries.delete(oldest);
      this.#bytes -= old.length + entryBytes;
    }
  }
}
