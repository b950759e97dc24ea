/**
 * Messages on their way across the picture. A message takes less than a millisecond; to be seen, it
 * travels for much longer here, its answer behind it. Of what comes faster than can be watched,
 * heartbeats are left out first, and votes never. What all say to all at once, the checksums of
 * their states, would hide the rest, and is not shown.
 */
import type { FeedMessage } from './feed.js';

export interface Traveller {
  readonly key: number;
  readonly message: FeedMessage;
  readonly startMs: number;
  readonly durationMs: number;
}

const travelMs = 800;
/** An answer is told along with its question, and leaves when that one has arrived. */
const answerDelayMs = 700;
/** A way is taken by one message of a kind after the other. */
const gapMs = 350;

/** With so many on their way, no more heartbeats set out; with twice as many, only votes do. */
const crowdMax = 90;

export class Travellers {
  #travelling: Traveller[] = [];
  #keys = 0;
  /** When the last message of a kind set out on a way. */
  readonly #lastMs = new Map<string, number>();

  get travelling(): readonly Traveller[] {
    return this.#travelling;
  }

  add(messages: readonly FeedMessage[], nowMs: number): void {
    for (const message of messages) {
      if (this.#isTooMuch(message)) continue;
      const way = `${message.kind} ${message.fate === 'ask'} ${message.from} ${message.to}`;
      const delayMs = message.fate === 'ask' || message.fate === 'lost' ? 0 : answerDelayMs;
      const lastMs = this.#lastMs.get(way) ?? -Infinity;
      const startMs = nowMs + delayMs;
      const isVote = message.kind === 'vote' || message.kind === 'preVote';
      if (!isVote && startMs - lastMs < gapMs) continue;
      this.#lastMs.set(way, startMs);
      this.#keys += 1;
      this.#travelling.push({ key: this.#keys, message, startMs, durationMs: travelMs });
    }
  }

  /** Takes out those that have arrived. */
  arrive(nowMs: number): void {
    this.#travelling = this.#travelling.filter(
      ({ startMs, durationMs }) => startMs + durationMs > nowMs,
    );
  }

  clear(): void {
    this.#travelling = [];
    this.#lastMs.clear();
  }

  #isTooMuch({ kind }: FeedMessage): boolean {
    if (kind === 'check') return true;
    const crowd = this.#travelling.length;
    if (kind === 'vote' || kind === 'preVote') return crowd > 4 * crowdMax;
    return crowd > (kind === 'heartbeat' ? crowdMax : 2 * crowdMax);
  }
}

/** How far a traveller is at this moment, 0 … 1; undefined before it has set out. */
export function partOfWay({ startMs, durationMs }: Traveller, nowMs: number): number | undefined {
  if (nowMs < startMs) return undefined;
  return Math.min(1, (nowMs - startMs) / durationMs);
}
