/**
 * The order `hot`: by (likes + 1) / (age in hours + 2)^1.8, then newer first. The age changes all
 * the time, so no list can be kept; but most posts need no look: a block of them is passed over
 * when not even its newest post with its most likes would be shown.
 */
import { must } from '../base/assert.js';

/** Posts from a number up to another one, none of which has more likes. */
export interface HotBlock {
  readonly from: number;
  readonly until: number;
  readonly likesMax: number;
}

export interface HotQuestion {
  /** All posts, oldest first: of two, the one with the higher number is not older. */
  readonly blocks: readonly HotBlock[];
  readonly atMs: (number: number) => number;
  readonly likes: (number: number) => number;
  /** The places of the order that are asked for. */
  readonly start: number;
  readonly count: number;
  readonly nowMs: number;
}

const hourMs = 3_600_000;
const agePower = 1.8;
const ageHoursAdded = 2;

function scoreOf(likes: number, ageMs: number): number {
  return (likes + 1) / Math.pow(ageMs / hourMs + ageHoursAdded, agePower);
}

interface RatedBlock extends HotBlock {
  /** No post of the block has a higher score. */
  readonly scoreMax: number;
}

export function hotPosts(question: HotQuestion): readonly number[] {
  const { start, count, nowMs, atMs } = question;
  const rated = question.blocks.map((block): RatedBlock => {
    const scoreMax = scoreOf(block.likesMax, nowMs - atMs(block.until - 1));
    return { ...block, scoreMax };
  });
  // Of equal ones the newest block comes first, as its posts do.
  rated.sort((a, b) => b.scoreMax - a.scoreMax || b.from - a.from);
  const best = new BestPosts(start + count);
  for (const { from, until, scoreMax } of rated) {
    if (scoreMax < best.scoreMin) break;
    for (let number = until - 1; number >= from; number -= 1) {
      best.offer(number, scoreOf(question.likes(number), nowMs - atMs(number)));
    }
  }
  return best.slice(start);
}

/** Numbers gathered before those that are too low are thrown away. */
const gatheredMin = 1_024;

/** The best of what it was offered. */
class BestPosts {
  readonly #wanted: number;
  readonly #gatheredMax: number;
  #numbers: number[] = [];
  readonly #scores = new Map<number, number>();
  /** What scores less is not among the best; −Infinity while too few were offered. */
  scoreMin = -Infinity;

  constructor(wanted: number) {
    this.#wanted = wanted;
    this.#gatheredMax = Math.max(2 * wanted, gatheredMin);
  }

  offer(number: number, score: number): void {
    if (score < this.scoreMin) return;
    this.#numbers.push(number);
    this.#scores.set(number, score);
    if (this.#numbers.length >= this.#gatheredMax) this.#cut();
  }

  /** The best from a place on, in their order. */
  slice(start: number): readonly number[] {
    this.#cut();
    return this.#numbers.slice(start);
  }

  #cut(): void {
    const scoreOf = (number: number): number => must(this.#scores.get(number), 'it has a score');
    this.#numbers.sort((a, b) => scoreOf(b) - scoreOf(a) || b - a);
    for (const number of this.#numbers.splice(this.#wanted)) this.#scores.delete(number);
    const last = this.#numbers[this.#wanted - 1];
    if (last !== undefined) this.scoreMin = scoreOf(last);
  }
}
