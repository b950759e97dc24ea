/**
 * The history of one file as the judges of this room read it: what each operation was told, apart
 * from reads that were told nothing. Files are judged one by one: a history is linearizable exactly
 * if that of each of its files is (Herlihy and Wing 1990, section 3.1, "locality").
 */
import { assert, unreachable } from '../../src/base/assert.js';
import type { Operation } from './operation.js';

export interface Answer {
  readonly kind: AnswerKind;
  /** The version asked for, or the one a read saw. */
  readonly version: number;
  readonly hash: string;
  readonly operation: Operation;
}

/**
 * An update was answered true (`written`) or false (`denied`), had no effect and never will
 * (`failed`), or may take effect at any moment after it began, or never (`open`). A read saw the
 * file (`seen`).
 */
export type AnswerKind = 'written' | 'denied' | 'failed' | 'open' | 'seen';

/** The answers for each file, in the order in which their operations began. */
export function answersByName(
  operations: readonly Operation[],
): ReadonlyMap<string, readonly Answer[]> {
  const byName = new Map<string, Answer[]>();
  for (const operation of [...operations].sort((a, b) => a.beganAt - b.beganAt)) {
    const answer = answerOf(operation);
    if (answer === undefined) continue;
    const others = byName.get(operation.question.name);
    if (others === undefined) byName.set(operation.question.name, [answer]);
    else others.push(answer);
  }
  return byName;
}

/** Undefined for a read that says nothing. */
function answerOf(operation: Operation): Answer | undefined {
  const { question, outcome } = operation;
  switch (question.kind) {
    case 'update': {
      const { version, hash } = question;
      return { kind: updateKind(operation), version, hash, operation };
    }
    case 'read': {
      assert(outcome.kind !== 'updated', () => `operation ${operation.id} is a read that updated`);
      if (outcome.kind !== 'seen') return undefined;
      const { version, hash } = outcome;
      return { kind: 'seen', version, hash, operation };
    }
    default:
      return unreachable(question);
  }
}

function updateKind({ id, outcome }: Operation): AnswerKind {
  assert(outcome.kind !== 'seen', () => `operation ${id} is an update that saw a file`);
  switch (outcome.kind) {
    case 'updated':
      return outcome.updated ? 'written' : 'denied';
    case 'failed':
      return 'failed';
    case 'unknown':
      return 'open';
    default:
      return unreachable(outcome);
  }
}
