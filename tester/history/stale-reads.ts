/** Reads that went back behind what somebody had been told before they began. */
import type { Answer } from './answer.js';
import { contradiction, type Contradiction } from './contradiction.js';
import { highestBefore } from './highest-before.js';
import { tellMs } from './words.js';

/** `history` is that of one file, in the order of begins. */
export function staleReads(history: readonly Answer[]): readonly Contradiction[] {
  const befores = highestBefore(history, ['written', 'seen']);
  return history.flatMap((read) => {
    const before = befores.get(read);
    if (read.kind !== 'seen' || before === undefined) return [];
    if (before.version <= read.version) return [];
    const expected =
      `every read of ${read.operation.question.name} that began after ` +
      `${tellMs(before.operation.endedMs)} to see version ${before.version} or later`;
    return [contradiction(expected, [before, read])];
  });
}
