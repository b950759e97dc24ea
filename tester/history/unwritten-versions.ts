/** Versions that were shown though nobody can have written them, or the one before them. */
import type { Answer } from './answer.js';
import { contradiction, type Contradiction } from './contradiction.js';
import { tellHash, tellMs } from './words.js';

/** `history` is that of one file, in the order of begins. */
export function unwrittenVersions(history: readonly Answer[]): readonly Contradiction[] {
  const writers = new Writers(history);
  return history.flatMap((answer) => {
    const { kind, version } = answer;
    if (kind !== 'written' && kind !== 'seen') return [];
    const found =
      version < 1
        ? beforeTheFirst(answer)
        : (notWritten(writers, answer) ?? notReached(writers, answer));
    return found === undefined ? [] : [found];
  });
}

/** Version 0 is that of a file never seen: it is read without a hash, and nobody writes it. */
function beforeTheFirst(answer: Answer): Contradiction | undefined {
  const { kind, version, hash, operation } = answer;
  if (kind === 'seen' && version === 0 && hash === '') return undefined;
  const { name } = operation.question;
  const expected =
    kind === 'written'
      ? `false for an update of ${name} to version ${version}, as the first version is 1`
      : `${name} to be at version 0 without a hash, or at version 1 or later`;
  return contradiction(expected, [answer]);
}

/** A read saw a hash that no update can have written as this version by then. */
function notWritten(writers: Writers, read: Answer): Contradiction | undefined {
  if (read.kind !== 'seen') return undefined;
  const { version, hash, operation } = read;
  const asked = writers.askedWith(version, hash);
  if (asked.some((answer) => canHaveWritten(answer, read))) return undefined;
  const expected =
    `nobody to see ${tellHash(read)} as version ${version} of ${operation.question.name} by ` +
    `${tellMs(operation.endedMs)}: no update with it that can have taken effect had begun`;
  return contradiction(expected, [...asked, read]);
}

/** A version was shown before one in front of it can have been written. */
function notReached(writers: Writers, answer: Answer): Contradiction | undefined {
  const { version, operation } = answer;
  const missing = writers.firstMissing(operation.endedAt);
  if (missing >= version) return undefined;
  const expected =
    `nobody to be shown version ${version} of ${operation.question.name} by ` +
    `${tellMs(operation.endedMs)}: no update to version ${missing} that can have taken effect ` +
    `had begun`;
  return contradiction(expected, [...writers.asked(missing), answer]);
}

function canHaveWritten({ kind, operation }: Answer, shown: Answer): boolean {
  const hasEffect = kind === 'written' || kind === 'open';
  return hasEffect && operation.beganAt < shown.operation.endedAt;
}

/** Who asked for which version, and from when on it can have been there. */
class Writers {
  readonly #asked = new Map<number, Answer[]>();
  readonly #askedWith = new Map<string, Answer[]>();
  /**
   * At index i: the begin of the first update that can have written version i + 1, or of a version
   * in front of it when that is later. Invariant: rising.
   */
  readonly #reachableFrom: number[] = [];

  constructor(history: readonly Answer[]) {
    for (const answer of history) {
      if (answer.kind === 'seen') continue;
      addTo(this.#asked, answer.version, answer);
      addTo(this.#askedWith, versionAndHash(answer.version, answer.hash), answer);
    }
    let reachableFrom = -Infinity;
    for (let version = 1; ; version++) {
      const first = this.asked(version).find(({ kind }) => kind === 'written' || kind === 'open');
      if (first === undefined) break;
      reachableFrom = Math.max(reachableFrom, first.operation.beganAt);
      this.#reachableFrom.push(reachableFrom);
    }
  }

  /** All updates to this version, whatever they were told, in the order of begins. */
  asked(version: number): readonly Answer[] {
    return this.#asked.get(version) ?? [];
  }

  /** Those of them that would have written this hash. */
  askedWith(version: number, hash: string): readonly Answer[] {
    return this.#askedWith.get(versionAndHash(version, hash)) ?? [];
  }

  /** The first version that nobody can have written before this position. */
  firstMissing(position: number): number {
    let from = 0;
    let to = this.#reachableFrom.length;
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if ((this.#reachableFrom[middle] ?? Infinity) > position) to = middle;
      else from = middle + 1;
    }
    return from + 1;
  }
}

function versionAndHash(version: number, hash: string): string {
  return `${version} ${hash}`;
}

function addTo<Key>(groups: Map<Key, Answer[]>, key: Key, answer: Answer): void {
  const others = groups.get(key);
  if (others === undefined) groups.set(key, [answer]);
  else others.push(answer);
}
