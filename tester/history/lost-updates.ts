/** Updates that were answered true and are not there: another one has their place, or none has. */
import type { Answer } from './answer.js';
import { contradiction, type Contradiction } from './contradiction.js';
import { highestBefore } from './highest-before.js';
import { tellHash } from './words.js';

/** `history` is that of one file, in the order of begins. */
export function lostUpdates(history: readonly Answer[]): readonly Contradiction[] {
  return [...replaced(history), ...goneInTheEnd(history)];
}

/** A read shows the version of an acknowledged update with another hash. */
function replaced(history: readonly Answer[]): readonly Contradiction[] {
  const writtenAt = new Map<number, Answer[]>();
  for (const answer of history) {
    if (answer.kind !== 'written') continue;
    const others = writtenAt.get(answer.version);
    if (others === undefined) writtenAt.set(answer.version, [answer]);
    else others.push(answer);
  }
  return history.flatMap((read) => {
    if (read.kind !== 'seen') return [];
    const lost = writtenAt.get(read.version)?.find(({ hash }) => hash !== read.hash);
    if (lost === undefined) return [];
    const { name } = read.operation.question;
    const expected =
      `version ${read.version} of ${name} to hold ${tellHash(lost)}, as its update was ` +
      `answered true`;
    return [contradiction(expected, [lost, read])];
  });
}

/**
 * The last read shows less than an update that was acknowledged before. Earlier reads that do are
 * stale, but the update may be there all the same.
 */
function goneInTheEnd(history: readonly Answer[]): readonly Contradiction[] {
  const last = history.findLast(({ kind }) => kind === 'seen');
  if (last === undefined) return [];
  const lost = highestBefore(history, ['written']).get(last);
  if (lost === undefined || lost.version <= last.version) return [];
  const { name } = last.operation.question;
  const expected =
    `${name} to be at version ${lost.version} or later in the last read, as the update to ` +
    `version ${lost.version} had been answered true`;
  return [contradiction(expected, [lost, last])];
}
