/** Versions that more than one update has taken. */
import type { Answer } from './answer.js';
import { contradiction, type Contradiction } from './contradiction.js';
import { highestBefore } from './highest-before.js';
import { tellMs } from './words.js';

/** `history` is that of one file, in the order of begins. */
export function versionsTakenTwice(history: readonly Answer[]): readonly Contradiction[] {
  return [...answeredTwice(history), ...seenTwice(history), ...takenLate(history)];
}

/** Two updates to one version were answered true. */
function answeredTwice(history: readonly Answer[]): readonly Contradiction[] {
  const firsts = new Map<number, Answer>();
  return history.flatMap((answer) => {
    if (answer.kind !== 'written') return [];
    const first = firsts.get(answer.version);
    if (first === undefined) {
      firsts.set(answer.version, answer);
      return [];
    }
    const { name } = answer.operation.question;
    const expected = `at most one true for updates of ${name} to version ${answer.version}`;
    return [contradiction(expected, [first, answer])];
  });
}

/** Two reads of one version saw two hashes. */
function seenTwice(history: readonly Answer[]): readonly Contradiction[] {
  const firsts = new Map<number, Answer>();
  return history.flatMap((answer) => {
    if (answer.kind !== 'seen') return [];
    const first = firsts.get(answer.version);
    if (first === undefined) {
      firsts.set(answer.version, answer);
      return [];
    }
    if (first.hash === answer.hash) return [];
    const { name } = answer.operation.question;
    const expected = `all reads of version ${answer.version} of ${name} to see the same hash`;
    return [contradiction(expected, [first, answer])];
  });
}

/** An update was answered true that began when the file had gone beyond its version. */
function takenLate(history: readonly Answer[]): readonly Contradiction[] {
  const befores = highestBefore(history, ['written', 'seen']);
  return history.flatMap((late) => {
    const before = befores.get(late);
    if (late.kind !== 'written' || before === undefined) return [];
    if (before.version <= late.version) return [];
    const { name } = late.operation.question;
    const expected =
      `no true for an update of ${name} to version ${late.version} after ` +
      `${tellMs(before.operation.endedMs)}, when ${name} had gone beyond it`;
    return [contradiction(expected, [before, late])];
  });
}
