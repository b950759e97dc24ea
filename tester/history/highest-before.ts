/** What was known of a file when an operation began. */
import type { Answer } from './answer.js';

/**
 * For each answer of `history`, which is in the order of begins: of those answers of `kinds` that
 * had ended before it began, the one that shows the highest version. The first of them where two
 * show the same; none for an answer that nothing came before.
 */
export function highestBefore(
  history: readonly Answer[],
  kinds: readonly Answer['kind'][],
): ReadonlyMap<Answer, Answer> {
  const shown = history
    .filter(({ kind }) => kinds.includes(kind))
    .sort((a, b) => a.operation.endedAt - b.operation.endedAt);
  const befores = new Map<Answer, Answer>();
  let highest: Answer | undefined;
  let next = 0;
  for (const answer of history) {
    for (;;) {
      const ended = shown[next];
      if (ended === undefined || ended.operation.endedAt > answer.operation.beganAt) break;
      if (highest === undefined || ended.version > highest.version) highest = ended;
      next += 1;
    }
    if (highest !== undefined) befores.set(answer, highest);
  }
  return befores;
}
