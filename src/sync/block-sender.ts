/**
 * Stores blocks in the cluster: only those that it lacks, and each once per sync at most, however
 * many files have it and however many are in hand at a time.
 */
import type { BlockHash } from '../blocks/block-hash.js';
import { inParallel } from './in-parallel.js';
import { MissingQuestions } from './missing-questions.js';
import type { SyncCluster } from './sync-cluster.js';
import type { Transfers } from './work.js';

export interface NamedBlock {
  readonly hash: BlockHash;
  readonly bytes: Uint8Array;
}

/** What of the cluster stores blocks. */
type BlockKeeper = Pick<SyncCluster, 'missing' | 'putBlock'>;

export interface BlockSenderOptions {
  readonly cluster: BlockKeeper;
  readonly transfers: Transfers;
  readonly onBytes: () => void;
  readonly nowMs: () => number;
}

interface Stored {
  /** Resolves when the block is in the cluster. */
  readonly isThere: Promise<void>;
  /** When it was sent, or found there. */
  readonly sinceMs: number;
}

/** Of one file; a longer block is a batch by itself. */
export const batchBytesMax = 4 * 1024 * 1024;
/** So that the question which of them are missing stays short. */
export const batchBlocksMax = 1000;
/**
 * Blocks that no file names may be collected an hour after they were stored (contract, section 11).
 * What a long upload stored longer ago than this is asked for once more before a file names it,
 * which makes it young again.
 */
const trustedMs = 10 * 60 * 1000;
const sendsOfBatchMax = 4;

export class BlockSender {
  readonly #cluster: BlockKeeper;
  readonly #questions: MissingQuestions;
  readonly #transfers: Transfers;
  readonly #onBytes: () => void;
  readonly #nowMs: () => number;
  /** What failed is not kept. */
  readonly #stored = new Map<BlockHash, Stored>();

  constructor({ cluster, transfers, onBytes, nowMs }: BlockSenderOptions) {
    this.#cluster = cluster;
    this.#questions = new MissingQuestions(cluster);
    this.#transfers = transfers;
    this.#onBytes = onBytes;
    this.#nowMs = nowMs;
  }

  /** They are all durable in the cluster when this resolves. */
  async store(batch: readonly NamedBlock[]): Promise<void> {
    const own = new Map<BlockHash, NamedBlock>();
    const waits: Promise<void>[] = [];
    for (const block of batch) {
      const stored = this.#stored.get(block.hash);
      if (stored === undefined) own.set(block.hash, block);
      else waits.push(stored.isThere);
    }
    if (own.size > 0) {
      const sinceMs = this.#nowMs();
      const isThere = this.#send([...own.values()]);
      for (const hash of own.keys()) this.#stored.set(hash, { isThere, sinceMs });
      waits.push(isThere);
    }
    await Promise.all(waits);
  }

  /**
   * Whether all of these, which were stored, are still there, just before a file names them. What
   * is not is stored anew the next time.
   */
  async confirm(hashes: readonly BlockHash[]): Promise<boolean> {
    const nowMs = this.#nowMs();
    const isOld = (hash: BlockHash): boolean => {
      const stored = this.#stored.get(hash);
      return stored === undefined || nowMs - stored.sinceMs > trustedMs;
    };
    const old = [...new Set(hashes)].filter(isOld);
    if (old.length === 0) return true;
    const missing = await this.#questions.missingOf(old);
    for (const hash of old) {
      if (missing.has(hash)) this.#stored.delete(hash);
      else this.#stored.set(hash, { isThere: Promise.resolve(), sinceMs: nowMs });
    }
    return old.every((hash) => !missing.has(hash));
  }

  async #send(blocks: readonly NamedBlock[]): Promise<void> {
    try {
      const missing = await this.#questions.missingOf(blocks.map(({ hash }) => hash));
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
