/**
 * Stores blocks in the cluster: only those that it lacks, and each once per sync at most, however
 * many files have it and however many are in hand at a time.
 */
import type { BlockHash } from '../blocks/block-hash.js';
import { ByteBudget, inParallel } from './in-parallel.js';
import type { SyncCluster } from './sync-cluster.js';
import type { Transfers } from './work.js';

export interface NamedBlock {
  readonly hash: BlockHash;
  readonly bytes: Uint8Array;
}

/** Of one file; the largest block fits. */
export const batchBytesMax = 16 * 1024 * 1024;
/** So that the question which of them are missing stays short. */
export const batchBlocksMax = 1000;
const inFlightBytesMax = 48 * 1024 * 1024;
const sendsOfBatchMax = 4;

export class BlockSender {
  /** To be taken before the bytes of a batch are read. */
  readonly budget = new ByteBudget(inFlightBytesMax);
  readonly #cluster: SyncCluster;
  readonly #transfers: Transfers;
  readonly #onBytes: () => void;
  /** Settled when the block is in the cluster; what failed is not kept. */
  readonly #stored = new Map<BlockHash, Promise<void>>();

  constructor(cluster: SyncCluster, transfers: Transfers, onBytes: () => void) {
    this.#cluster = cluster;
    this.#transfers = transfers;
    this.#onBytes = onBytes;
  }

  /** They are all durable in the cluster when this resolves. */
  async store(batch: readonly NamedBlock[]): Promise<void> {
    const own = new Map<BlockHash, NamedBlock>();
    const waits: Promise<void>[] = [];
    for (const block of batch) {
      const stored = this.#stored.get(block.hash);
      if (stored === undefined) own.set(block.hash, block);
      else waits.push(stored);
    }
    if (own.size > 0) {
      const sending = this.#send([...own.values()]);
      for (const hash of own.keys()) this.#stored.set(hash, sending);
      waits.push(sending);
    }
    await Promise.all(waits);
  }

  async #send(blocks: readonly NamedBlock[]): Promise<void> {
    try {
      const missing = await this.#cluster.missing(blocks.map(({ hash }) => hash));
      const toSend = blocks.filter(({ hash }) => missing.has(hash));
      await inParallel(toSend, sendsOfBatchMax, async ({ hash, bytes }) => {
        await this.#cluster.putBlock(hash, bytes);
        this.#transfers.blocksSent += 1;
        this.#transfers.bytesSent += bytes.length;
        this.#onBytes();
      });
    } catch (error) {
      for (const { hash } of blocks) this.#stored.delete(hash);
      throw error;
    }
  }
}
