/**
 * Stores the body of an upload as blocks, while it comes: never more of it is in memory than some
 * blocks, of all uploads together. Nothing names the blocks yet, so nobody sees them.
 */
import { hashInTurns, type BlockHash } from '../../blocks/block-hash.js';
import type { BlockSender } from '../../sync/block-sender.js';
import type { ByteBudget } from '../../sync/in-parallel.js';

export interface StoringOptions {
  readonly blockBytes: number;
  readonly sender: BlockSender;
  /** For blocks on their way to the stores. */
  readonly memory: ByteBudget;
}

/** Of one body that are on their way: more would only wait for the stores' disks. */
const blocksAtOnceMax = 3;

/**
 * The hashes of the blocks, in order, all of them durable; none for an empty body. Rejects with
 * what the body, or a store, rejects with.
 */
export async function storeBody(
  next: () => Promise<Buffer | undefined>,
  options: StoringOptions,
): Promise<readonly BlockHash[]> {
  const storing = new Storing(options);
  try {
    await cutBlocks(next, options.blockBytes, (block) => storing.add(block));
  } finally {
    await storing.settled();
  }
  return storing.hashes();
}

/** Gives each block on, all of `blockBytes` but the last, and reads on once it was taken. */
async function cutBlocks(
  next: () => Promise<Buffer | undefined>,
  blockBytes: number,
  take: (block: Buffer) => Promise<void>,
): Promise<void> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  for (let piece = await next(); piece !== undefined; piece = await next()) {
    let rest = piece;
    while (bytes + rest.length >= blockBytes) {
      const missing = blockBytes - bytes;
      await take(Buffer.concat([...pieces, rest.subarray(0, missing)]));
      rest = rest.subarray(missing);
      pieces = [];
      bytes = 0;
    }
    if (rest.length === 0) continue;
    pieces.push(rest);
    bytes += rest.length;
  }
  if (bytes > 0) await take(Buffer.concat(pieces));
}

class Storing {
  readonly #options: StoringOptions;
  readonly #hashes: BlockHash[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];

  constructor(options: StoringOptions) {
    this.#options = options;
  }

  /** Resolves when there is room for the next one. Rejects when an earlier one failed. */
  async add(bytes: Buffer): Promise<void> {
    const { sender, memory } = this.#options;
    const hash = await hashInTurns(bytes);
    this.#hashes.push(hash);
    await memory.take(bytes.length);
    const ended = sender
      .store([{ hash, bytes }])
      .catch((error: unknown) => {
        this.#failures.push(error);
      })
      .finally(() => {
        memory.release(bytes.length);
        this.#running.delete(ended);
      });
    this.#running.add(ended);
    while (this.#running.size >= blocksAtOnceMax) await Promise.race(this.#running);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** Nothing of it is on its way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  hashes(): readonly BlockHash[] {
    if (this.#failures.length > 0) throw this.#failures[0];
    return this.#hashes;
  }
}
