/**
 * The order `hot`: by (likes + 1) / (age in hours + 2)^1.8, then newer first. The age changes all
 * the time, so no list can be kept; but most posts need no look: a block of them is passed over
 * when not even its newest post with its most likes would be shown.
 */
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
  const all = question.blocks.at(-1)?.until ?? 0;
  const best = new BestPosts(Math.min(start + count, all));
  for (const { from, until, scoreMax } of rated) {
    if (scoreMax < best.scoreMin) break;
    for (let number = until - 1; number >= from; number -= 1) {
      best.offer(number, scoreOf(question.likes(number), nowMs - atMs(number)));
    }
  }
  return best.slice(start);
}

/** Room for more than is wanted, before what is too low is thrown away. */
const spareRoom = 1_024;

/** The best of what it was offered. It costs by their number, in no order, and sorts but a page. */
class BestPosts {
  readonly #wanted: number;
  readonly #numbers: Uint32Array;
  readonly #scores: Float64Array;
  #count = 0;
  /** What scores less is not among the best; −Infinity while too few were offered. */
  scoreMin = -Infinity;

  constructor(wanted: number) {
    this.#wanted = wanted;
    const room = 2 * wanted + spareRoom;
    this.#numbers = new Uint32Array(room);
    this.#scores = new Float64Array(room);
  }

  offer(number: number, score: number): void {
    if (score < this.scoreMin) return;
    this.#numbers[this.#count] = number;
    this.#scores[this.#count] = score;
    this.#count += 1;
    if (this.#count === this.#numbers.length) this.#cut();
  }

  /** The best from a place on, in their order. */
  slice(start: number): readonly number[] {
    this.#cut();
    this.#select(start);
    const places = Array.from({ length: Math.max(0, this.#count - start) }, (_, at) => start + at);
    places.sort((a, b) => (this.#isBefore(a, b) ? -1 : 1));
    return places.map((at) => numberAt(this.#numbers, at));
  }

  /** Keeps no more than is wanted. */
  #cut(): void {
    if (this.#count < this.#wanted) return;
    this.#select(this.#wanted - 1);
    this.#count = this.#wanted;
    this.scoreMin = numberAt(this.#scores, this.#wanted - 1);
  }

  /** Puts at a place what belongs there, and what is better before it (Hoare's selection). */
  #select(place: number): void {
    let low = 0;
    let high = this.#count - 1;
    while (low < high) {
      const pivotAt = this.#partition(low, high);
      if (pivotAt === place) return;
      if (pivotAt < place) low = pivotAt + 1;
      else high = pivotAt - 1;
    }
  }

  /** Puts one of a range where it belongs, the better ones before it; gives that place. */
  #partition(low: number, high: number): number {
    this.#swap((low + high) >>> 1, high);
    let end = low;
    for (let at = low; at < high; at += 1) {
      if (!this.#isBefore(at, high)) continue;
      this.#swap(at, end);
      end += 1;
    }
    this.#swap(end, high);
    return end;
  }

  /** Of what stands at two places: a higher score, or as high a one and newer. */
  #isBefore(a: number, b: number): boolean {
    const difference = numberAt(this.#scores, a) - numberAt(this.#scores, b);
    if (difference !== 0) return difference > 0;
    return numberAt(this.#numbers, a) > numberAt(this.#numbers, b);
  }

  #swap(a: number, b: number): void {
    const [number, score] = [numberAt(this.#numbers, a), numberAt(this.#scores, a)];
    this.#numbers[a] = numberAt(this.#numbers, b);
    this.#scores[a] = numberAt(this.#scores, b);
    this.#numbers[b] = number;
    this.#scores[b] = score;
  }
}

function numberAt(numbers: Uint32Array | Float64Array, at: number): number {
  return numbers[at] ?? 0;
}
