/**
 * Judges what concurrent clients were told against the promises of the contract. One promise, that
 * reads and updates are linearizable, holds all others; they are judged by themselves because they
 * are cheap to find and easy to understand.
 */
import { answersByName, type Answer } from './answer.js';
import { checkLinearizability } from './check-linearizability.js';
import type { Contradiction } from './contradiction.js';
import type { Finding, Verdict } from './finding.js';
import { impossibleOrder } from './impossible-order.js';
import { lostUpdates } from './lost-updates.js';
import { failingPrefix, minimalEvidence, type FailingPrefix } from './minimal-evidence.js';
import type { Operation } from './operation.js';
import { staleReads } from './stale-reads.js';
import { versionsTakenTwice } from './taken-versions.js';
import { unwrittenVersions } from './unwritten-versions.js';
import { tellAnswers } from './words.js';

/** A promise that is judged by looking for contradictions of one kind. */
interface SpecificPromise {
  readonly promise: string;
  /** Answers without which nothing is proven, one of each of these kinds at least. */
  readonly needs: readonly Answer['kind'][];
  /** In the history of one file, which is in the order of begins. */
  find(history: readonly Answer[]): readonly Contradiction[];
}

const specificPromises: readonly SpecificPromise[] = [
  {
    promise: 'no update that was answered true is lost',
    needs: ['written', 'seen'],
    find: lostUpdates,
  },
  {
    promise: 'of all updates of a file to one version at most one takes effect',
    needs: ['written'],
    find: versionsTakenTwice,
  },
  {
    promise: 'no version is skipped, and none is there that nobody wrote',
    needs: ['written'],
    find: unwrittenVersions,
  },
  {
    promise: 'reads never go back behind what was answered before they began',
    needs: ['seen'],
    find: staleReads,
  },
];

/** By the name of the file, each in the order of begins. */
type Histories = ReadonlyMap<string, readonly Answer[]>;

/**
 * The findings on all promises that a history of reads and updates can break, always in the same
 * order. `operations` may come in any order; each position is used once, and each update has a
 * hash of its own. Once `isTimeUp` says true, what is not proven yet is unknown, and evidence may
 * be longer than needed.
 */
export function judgeHistory(
  operations: readonly Operation[],
  isTimeUp: () => boolean,
): readonly Finding[] {
  const histories = answersByName(operations);
  const specific = specificPromises.map((promise) => ({
    promise: promise.promise,
    verdict: judgeSpecific(promise, histories),
  }));
  const promise = 'reads and updates of each file are linearizable';
  return [{ promise, verdict: judgeLinearizability(histories, isTimeUp) }, ...specific];
}

function judgeSpecific(promise: SpecificPromise, histories: Histories): Verdict {
  const found = [...histories.values()].flatMap((history) => promise.find(history));
  const first = earliest(found);
  if (first !== undefined) return violation(first, found.length, 'contradictions');
  const missing = promise.needs.find((kind) => !hasKind(histories, [kind]));
  return missing === undefined ? { kind: 'held' } : nothingAnswered(missing);
}

function judgeLinearizability(histories: Histories, isTimeUp: () => boolean): Verdict {
  const failing: FailingPrefix[] = [];
  let isComplete = true;
  for (const history of histories.values()) {
    const verdict = checkLinearizability(history, isTimeUp);
    if (verdict.kind === 'unknown') isComplete = false;
    if (verdict.kind !== 'impossible') continue;
    failing.push(failingPrefix(history, verdict.deadEnd, isTimeUp));
  }
  const first = failing.sort((a, b) => a.endedAt - b.endedAt)[0];
  if (first !== undefined) {
    const evidence = minimalEvidence(first, isTimeUp);
    return violation(impossibleOrder(evidence), failing.length, 'files');
  }
  if (!isComplete) return { kind: 'unknown', why: 'time was up before an order was found' };
  if (hasKind(histories, ['written', 'denied', 'seen'])) return { kind: 'held' };
  return { kind: 'unknown', why: 'no update and no read was answered' };
}

function violation(first: Contradiction, count: number, what: string): Verdict {
  const { expected, evidence } = first;
  const more = count > 1 ? ` (the first of ${count} ${what})` : '';
  return {
    kind: 'violated',
    expected,
    seen: tellAnswers(evidence) + more,
    evidence: evidence.map(({ operation }) => operation),
  };
}

/** The one that was complete first. */
function earliest(found: readonly Contradiction[]): Contradiction | undefined {
  let first: { readonly found: Contradiction; readonly completeAt: number } | undefined;
  for (const one of found) {
    const completeAt = one.evidence.reduce((at, answer) => Math.max(at, saidAt(answer)), 0);
    if (first === undefined || completeAt < first.completeAt) first = { found: one, completeAt };
  }
  return first?.found;
}

/** From when on it can contradict another one: nobody was told the end of an open update. */
function saidAt({ kind, operation }: Answer): number {
  return kind === 'open' ? operation.beganAt : operation.endedAt;
}

function hasKind(histories: Histories, kinds: readonly Answer['kind'][]): boolean {
  return [...histories.values()].some((history) =>
    history.some(({ kind }) => kinds.includes(kind)),
  );
}

function nothingAnswered(kind: Answer['kind']): Verdict {
  const why = kind === 'seen' ? 'no read was answered' : 'no update was answered true';
  return { kind: 'unknown', why };
}
