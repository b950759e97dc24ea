/**
 * A growing set of texts in the order of their code points, in chunks of bounded size: adding one
 * and finding a place cost two binary searches, whatever the number of names, so that no call ever
 * pauses the server to sort.
 */
import { must } from '../base/assert.js';
import { compareCodePoints } from '../base/code-point-order.js';

/** A chunk that grows beyond this is cut in half. */
const chunkNamesMax = 512;

export class SortedNames {
  /** Invariant: no chunk is empty, unless it is the only one; all names ascend. */
  readonly #chunks: string[][] = [[]];

  /** Adds a name, which must not be in the set. */
  add(name: string): void {
    const chunkAt = this.#chunkFor(name);
    const chunk = this.#chunk(chunkAt);
    chunk.splice(countNotAfter(chunk, name), 0, name);
    if (chunk.length > chunkNamesMax) {
      this.#chunks.splice(chunkAt + 1, 0, chunk.splice(chunk.length >> 1));
    }
  }

  /** The names behind `afterName`, ascending. The set must not change while they are read. */
  *after(afterName: string): Generator<string, void> {
    let chunkAt = this.#chunkFor(afterName);
    let at = countNotAfter(this.#chunk(chunkAt), afterName);
    for (; chunkAt < this.#chunks.length; chunkAt++, at = 0) {
      const chunk = this.#chunk(chunkAt);
      for (; at < chunk.length; at++) yield must(chunk[at], 'a name within its chunk');
    }
  }

  /** The last chunk that begins with `name` or before it; the first one when none does. */
  #chunkFor(name: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const first = must(this.#chunk(middle)[0], 'no chunk but an only one is empty');
      if (compareCodePoints(first, name) <= 0) low = middle;
      else high = middle;
    }
    return low;
  }

  #chunk(at: number): string[] {
    return must(this.#chunks[at], 'a chunk within the list');
  }
}

/** How many of the ascending `names` are `name` or come before it. */
function countNotAfter(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareCodePoints(must(names[middle], 'a name within its chunk'), name) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
