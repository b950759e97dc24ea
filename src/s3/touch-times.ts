/**
 * When blocks were last put or named as present, in memory. S3 itself keeps only when an object was
 * written, and to write it anew for every question would cost as much as the blocks are long. What
 * is forgotten makes blocks younger than they are, never older: a block is kept too long then.
 */
import type { BlockHash } from '../blocks/block-hash.js';

export interface TouchTimesOptions {
  /** Before this moment everything may have been touched: by a process that is no more. */
  readonly openedAtMs: number;
  /** Blocks that are remembered one by one. */
  readonly rememberedMax?: number;
}

/** Some 60 bytes each. */
const rememberedMaxDefault = 1_000_000;

/**
 * So many digits of a hash stand for it: they fit into a number. Two blocks that share them are
 * both as young as the younger one.
 */
const digitsKept = 12;

export class TouchTimes {
  readonly #rememberedMax: number;
  /** The one touched longest ago comes first. */
  readonly #touchedAtMs = new Map<number, number>();
  /** Every block that is not remembered was touched then at the latest. */
  #floorMs: number;

  constructor({ openedAtMs, rememberedMax = rememberedMaxDefault }: TouchTimesOptions) {
    this.#floorMs = openedAtMs;
    this.#rememberedMax = rememberedMax;
  }

  touch(hash: BlockHash, nowMs: number): void {
    const key = keyOf(hash);
    this.#touchedAtMs.delete(key);
    this.#touchedAtMs.set(key, nowMs);
    if (this.#touchedAtMs.size <= this.#rememberedMax) return;
    for (const [oldest, touchedAtMs] of this.#touchedAtMs) {
      this.#touchedAtMs.delete(oldest);
      this.#floorMs = Math.max(this.#floorMs, touchedAtMs);
      break;
    }
  }

  /** No earlier than the block was touched, or written. */
  lastTouchMs(hash: BlockHash, modifiedAtMs: number): number {
    return Math.max(this.#touchedAtMs.get(keyOf(hash)) ?? this.#floorMs, modifiedAtMs);
  }
}

function keyOf(hash: BlockHash): number {
  return Number.parseInt(hash.slice(0, digitsKept), 16);
}
