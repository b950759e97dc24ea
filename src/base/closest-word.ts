/**
 * Guesses what somebody meant to type: the known word with the fewest slips (a letter too many, too
 * few, wrong, or two swapped), letter case aside.
 */

/** What is longer than any word of ours is compared by its beginning, so that cost is bounded. */
const comparedCharactersMax = 64;

/** The candidate nearest to `word`, the earlier one of equals; undefined if there are none. */
export function closestWord(word: string, candidates: readonly string[]): string | undefined {
  let closest: string | undefined;
  let closestSlips = Infinity;
  for (const candidate of candidates) {
    const slips = countSlips(fold(word), fold(candidate));
    if (slips < closestSlips) {
      closest = candidate;
      closestSlips = slips;
    }
  }
  return closest;
}

function fold(word: string): string {
  return word.slice(0, comparedCharactersMax).toLowerCase();
}

/**
 * Damerau-Levenshtein distance in its restricted form: no letter takes part in two slips. Row i of
 * the table holds the slips from the first i letters of `from` to every beginning of `to`.
 */
function countSlips(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (same ? 0 : 1),
          swapped ? at(beforeLast, column - 2) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
