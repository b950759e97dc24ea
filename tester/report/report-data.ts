/** All that the page of a run is made from, as plain data. */
import type { ChaosRecord } from '../chaos/chaos-record.js';
import type { Target } from '../cluster/target.js';
import type { CheckResult, Summary } from '../suite/reporter.js';

export interface ReportData {
  /** The command line of the run, as a person would type it. */
  readonly command: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly target: Pick<Target, 'seats' | 'reachable'>;
  readonly summary: Summary;
  /** In the order in which they were made; those of a chaos run are among them. */
  readonly results: readonly CheckResult[];
  /** Points by area are shown, too. */
  readonly isGraded: boolean;
  readonly chaos: ChaosRecord | undefined;
}
