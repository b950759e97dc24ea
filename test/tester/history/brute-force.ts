/**
 * Linearizability by its definition: every order is tried. For histories of a few operations, to
 * judge the judge; so it shares nothing with it but the form of the operations, and knows nothing
 * of names that can be judged apart.
 */
import type { Operation } from '../../../tester/history/operation.js';

interface FileState {
  readonly version: number;
  readonly hash: string;
}

type Files = ReadonlyMap<string, FileState>;

export function isLinearizableByForce(operations: readonly Operation[]): boolean {
  const remaining = operations.filter(
    ({ question, outcome }) =>
      outcome.kind !== 'failed' && !(question.kind === 'read' && outcome.kind === 'unknown'),
  );
  return canOrder(remaining, new Map());
}

function canOrder(remaining: readonly Operation[], files: Files): boolean {
  // What nobody was told may never have happened.
  if (remaining.every(({ outcome }) => outcome.kind === 'unknown')) return true;
  return remaining.some((operation) => {
    const others = remaining.filter((other) => other !== operation);
    if (others.some((other) => endOf(other) < operation.beganAt)) return false;
    return filesAfter(operation, files).some((after) => canOrder(others, after));
  });
}

function endOf({ outcome, endedAt }: Operation): number {
  return outcome.kind === 'unknown' ? Infinity : endedAt;
}

/** What the files are after this operation happens here; nothing when its answer would differ. */
function filesAfter({ question, outcome }: Operation, files: Files): readonly Files[] {
  const { name } = question;
  const file = files.get(name) ?? { version: 0, hash: '' };
  if (question.kind === 'read') {
    if (outcome.kind !== 'seen') return [];
    return outcome.version === file.version && outcome.hash === file.hash ? [files] : [];
  }
  const { version, hash } = question;
  const isNext = version === file.version + 1;
  if (outcome.kind === 'updated' && outcome.updated !== isNext) return [];
  return [isNext ? new Map([...files, [name, { version, hash }]]) : files];
}
