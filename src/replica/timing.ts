/** Milliseconds of the command line as ticks of the core. */
import type { RaftTiming } from '../raft/core.js';

/** One tick: fine enough that two servers seldom time out in the same one. */
export const tickMs = 5;

export interface ReplicaTiming {
  readonly heartbeatMs: number;
  readonly electionTimeoutMinMs: number;
  /** Inclusive. */
  readonly electionTimeoutMaxMs: number;
}

/** Whole ticks for a time, at least one. */
export function ticksOf(timeMs: number): number {
  return Math.max(1, Math.round(timeMs / tickMs));
}

/** How long `setleader` and `sendheartbeat` try: 2 s (contract, section 6). */
export const leadershipCallTicks = ticksOf(2_000);

export function raftTiming(timing: ReplicaTiming): RaftTiming {
  return {
    heartbeatTicks: ticksOf(timing.heartbeatMs),
    electionTicksMin: ticksOf(timing.electionTimeoutMinMs),
    electionTicksMax: ticksOf(timing.electionTimeoutMaxMs),
  };
}
