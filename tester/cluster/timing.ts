/**
 * Every wait of the tester, in milliseconds, in one place: limits that the contract names, patience
 * that it does not name, and how long a thing is watched that must not happen.
 */

export interface Timing {
  /** An ordinary call that takes longer counts as unanswered. */
  readonly callMs: number;
  /** A new leader must be there, counted from the loss of the old one. */
  readonly electionLimitMs: number;
  /** A restored server must have caught up. */
  readonly catchUpLimitMs: number;
  /** A call that must end at once must have ended. */
  readonly promptLimitMs: number;
  /** Half of the updates must be visible on all followers this long after the answer. */
  readonly visibleMedianMs: number;
  /** Patience for a state that some other check judges: a leader, an answer after a heal. */
  readonly settleMs: number;
  /** The same patience, once it has run out before and until it has been met again. */
  readonly impatientMs: number;
  /** How long a call without a majority is watched for an answer that must not come. */
  readonly holdMs: number;
  /** How long a quiet cluster is watched for an election that must not happen. */
  readonly quietMs: number;
  /** Between two looks at a condition. */
  readonly pollMs: number;
  /** A client of a chaos run gives a call up after this time, or after as little as a third. */
  readonly giveUpMs: number;
  /** A process that was started must take connections. */
  readonly startMs: number;
  /** A single check may not take longer. */
  readonly checkMs: number;
}

export const standardTiming: Timing = {
  callMs: 5_000,
  electionLimitMs: 2_000,
  catchUpLimitMs: 1_000,
  promptLimitMs: 1_000,
  visibleMedianMs: 20,
  settleMs: 10_000,
  impatientMs: 2_000,
  holdMs: 5_500,
  quietMs: 1_500,
  pollMs: 10,
  giveUpMs: 2_500,
  // Runtimes that compile at their start take long on a busy machine.
  startMs: 30_000,
  checkMs: 60_000,
};

/** Stretches every limit and patience by `factor`; what is only watched keeps its length. */
export function scaleTiming(timing: Timing, factor: number): Timing {
  return {
    ...timing,
    callMs: timing.callMs * factor,
    electionLimitMs: timing.electionLimitMs * factor,
    catchUpLimitMs: timing.catchUpLimitMs * factor,
    promptLimitMs: timing.promptLimitMs * factor,
    visibleMedianMs: timing.visibleMedianMs * factor,
    settleMs: timing.settleMs * factor,
    impatientMs: timing.impatientMs * factor,
    giveUpMs: timing.giveUpMs * factor,
    startMs: timing.startMs * factor,
    checkMs: timing.checkMs * factor,
  };
}
