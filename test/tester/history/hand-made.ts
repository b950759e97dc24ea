/**
 * Histories made by hand. Positions are written as moments: `from` and `to` of one operation, each
 * used once. Client and server are those of the place in the list, milliseconds ten a moment.
 */
import type { Operation, Outcome, Question } from '../../../tester/history/operation.js';

export interface Told {
  readonly question: Question;
  readonly outcome: Outcome;
  readonly from: number;
  readonly to: number;
}

type Moments = readonly [from: number, to: number];

/** The file that is meant when no name is given. */
const hot = 'hot-1';

function update(version: number, hash: string, [from, to]: Moments, outcome: Outcome): Told {
  return { question: { kind: 'update', name: hot, version, hash }, outcome, from, to };
}

/** An update that was answered true. */
export function wrote(version: number, hash: string, moments: Moments): Told {
  return update(version, hash, moments, { kind: 'updated', updated: true });
}

/** An update that was answered false. */
export function denied(version: number, hash: string, moments: Moments): Told {
  return update(version, hash, moments, { kind: 'updated', updated: false });
}

/** An update that was refused: it had no effect. */
export function failed(version: number, hash: string, moments: Moments): Told {
  return update(version, hash, moments, { kind: 'failed', why: 'not the leader' });
}

/** An update of which nobody was told whether it took effect. */
export function unknown(version: number, hash: string, moments: Moments): Told {
  return update(version, hash, moments, { kind: 'unknown', why: 'the connection was closed' });
}

export function saw(version: number, hash: string, [from, to]: Moments): Told {
  const outcome: Outcome = { kind: 'seen', version, hash };
  return { question: { kind: 'read', name: hot }, outcome, from, to };
}

export function of(name: string, told: Told): Told {
  return { ...told, question: { ...told.question, name } };
}

export function history(...told: readonly Told[]): readonly Operation[] {
  return told.map(({ question, outcome, from, to }, id) => ({
    ...{ id, client: id + 1, server: id % 3, question, outcome },
    ...{ beganAt: from, endedAt: to, beganMs: from * 10, endedMs: to * 10 },
  }));
}
