/**
 * Messages on their way across the picture. A message takes less than a millisecond; to be seen, it
 * travels for much longer here: its answer behind it, one after the other on each way, and in an
 * election what follows from an answer behind that. Of what comes faster than can be watched,
 * heartbeats are left out first, and votes last. What all say to all at once, the checksums of
 * their states, would hide the rest, and is not shown.
 */
import type { FeedMessage } from './feed.js';

export interface Traveller {
  readonly key: number;
  readonly message: FeedMessage;
  readonly startMs: number;
  readonly durationMs: number;
}

const travelMs = 700;
/** Between two messages on one way. */
const gapMs = 300;
/** So far the picture may be behind. */
const behindMsMax = 3_000;

/** With so many on their way, no more heartbeats set out; with twice as many, only votes do. */
const crowdMax = 90;

export class Travellers {
  #travelling: Traveller[] = [];
  #keys = 0;
  /** When the last message set out, by its way. */
  readonly #setOutMs = new Map<string, number>();
  /** When the last question of a kind arrives, by its kind and way. */
  readonly #askedMs = new Map<string, number>();
  /** When a server has the last answer of an election that it has asked for. */
  readonly #toldMs = new Map<number, number>();

  get travelling(): readonly Traveller[] {
    return this.#travelling;
  }

  /** In the order in which they were sent and received. */
  add(messages: readonly FeedMessage[], nowMs: number): void {
    for (const message of messages) {
      const startMs = this.#startOf(message, nowMs);
      if (this.#isTooMuch(message, startMs - nowMs)) continue;
      this.#note(message, startMs);
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
    for (const times of [this.#setOutMs, this.#askedMs]) times.clear();
    this.#toldMs.clear();
  }

  #startOf(message: FeedMessage, nowMs: number): number {
    const { from, kind, to } = message;
    const causeMs = isQuestion(message)
      ? this.#toldMs.get(from)
      : this.#askedMs.get(`${kind} ${to} ${from}`);
    const lastMs = this.#setOutMs.get(`${from} ${to}`) ?? -Infinity;
    return Math.max(nowMs, causeMs ?? -Infinity, lastMs + gapMs);
  }

  #note(message: FeedMessage, startMs: number): void {
    const { from, kind, to } = message;
    const arrivalMs = startMs + travelMs;
    this.#setOutMs.set(`${from} ${to}`, startMs);
    if (isQuestion(message)) this.#askedMs.set(`${kind} ${from} ${to}`, arrivalMs);
    else if (isOfElection(message)) this.#toldMs.set(to, arrivalMs);
  }

  /** What was left out is not answered either. */
  #isWithoutQuestion(message: FeedMessage): boolean {
    if (isQuestion(message) || isOfElection(message)) return false;
    return !this.#askedMs.has(`${message.kind} ${message.to} ${message.from}`);
  }

  #isTooMuch(message: FeedMessage, behindMs: number): boolean {
    const { kind } = message;
    const crowd = this.#travelling.length;
    if (kind === 'check' || this.#isWithoutQuestion(message)) return true;
    if (isOfElection(message)) return crowd > 4 * crowdMax || behindMs > 2 * behindMsMax;
    if (kind !== 'heartbeat') return crowd > 2 * crowdMax || behindMs > behindMsMax;
    // An answer waits for its question; nothing else is worth that.
    return crowd > crowdMax || behindMs > (isQuestion(message) ? 0 : travelMs);
  }
}

function isQuestion({ fate }: FeedMessage): boolean {
  return fate === 'ask' || fate === 'lost';
}

function isOfElection({ kind }: FeedMessage): boolean {
  return kind === 'vote' || kind === 'preVote';
}

/** How far a traveller is at this moment, 0 … 1; undefined before it has set out. */
export function partOfWay({ startMs, durationMs }: Traveller, nowMs: number): number | undefined {
  if (nowMs < startMs) return undefined;
  return Math.min(1, (nowMs - startMs) / durationMs);
}
