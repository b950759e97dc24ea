/** A part of the run that finds out about some goals at once. */
import type { GoalId } from '../goals/goals.js';
import type { Outcome } from '../goals/outcome.js';
import type { Bench } from './bench.js';

export interface Scene {
  readonly goals: readonly GoalId[];
  /** Left out of a quick run unless it is asked for. */
  readonly isLong?: boolean;
  /** Tells what came of a goal as soon as it is known; what fails later takes nothing back. */
  readonly run: (bench: Bench, tell: Tell) => Promise<void>;
}

export type Tell = (id: GoalId, outcome: Outcome) => void;
