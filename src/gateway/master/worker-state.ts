/**
 * What the master thinks of one worker, as a state machine without a clock: an event goes in, the
 * next state comes out, with what is to be said and when a process is to be started again. A state
 * of affairs is said once, not each time that it is found again.
 */
import { unreachable } from '../../base/assert.js';

export type WorkerPhase =
  /** It was started, or is new, and has not answered a health check yet. */
  | 'starting'
  /** Its last health check was answered: it gets requests. */
  | 'healthy'
  /** It ended, refuses or is silent. */
  | 'ill'
  /** It finishes what it has and gets nothing new. */
  | 'draining';

export interface WorkerState {
  readonly phase: WorkerPhase;
  /** How often in a row it failed without having stayed healthy from one check to the next. */
  readonly failures: number;
  /** Health checks that were answered since it failed last. */
  readonly answers: number;
  /** What was said of it last; undefined when that is that it is well, or nothing. */
  readonly reason: string | undefined;
}

export type WorkerEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'answered' }
  /** `reason` goes on from "the worker ": `does not answer`. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'drain' };

export interface WorkerStep {
  readonly state: WorkerState;
  /** News of the worker, going on from its name. */
  readonly news: string | undefined;
  /** When a process is to be started in its place; undefined for never. */
  readonly restartAfterMs: number | undefined;
}

export const newWorker: WorkerState = {
  phase: 'starting',
  failures: 0,
  answers: 0,
  reason: undefined,
};

/** Waits before the first, second … start in a row; the last one holds for ever. */
const backOffMs: readonly number[] = [0, 250, 500, 1_000, 2_000, 4_000, 5_000];

export function stepWorker(state: WorkerState, event: WorkerEvent): WorkerStep {
  if (state.phase === 'draining') return quiet(state);
  switch (event.kind) {
    case 'started':
      return quiet({ ...state, phase: 'starting', answers: 0 });
    case 'answered':
      return answered(state);
    case 'failed':
      return failed(state, event.reason);
    case 'drain':
      return quiet({ ...state, phase: 'draining' });
    default:
      return unreachable(event);
  }
}

function answered(state: WorkerState): WorkerStep {
  const answers = state.answers + 1;
  // One answer may be luck: the back-off is forgotten at the second.
  const failures = answers > 1 ? 0 : state.failures;
  const next: WorkerState = { phase: 'healthy', failures, answers, reason: undefined };
  return { ...quiet(next), news: state.reason === undefined ? undefined : 'answers again' };
}

function failed(state: WorkerState, reason: string): WorkerStep {
  const failures = state.failures + 1;
  const restartAfterMs = backOffMs[Math.min(failures, backOffMs.length) - 1];
  return {
    state: { phase: 'ill', failures, answers: 0, reason },
    news: reason === state.reason ? undefined : reason,
    restartAfterMs,
  };
}

function quiet(state: WorkerState): WorkerStep {
  return { state, news: undefined, restartAfterMs: undefined };
}
