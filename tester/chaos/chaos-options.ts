/** What the user may choose of a chaos run. */
export interface ChaosOptions {
  /** The same seed gives the same plan of faults and the same clients' choices. */
  readonly seed: string;
  /** How long faults are done; healing and the last comparison come on top. */
  readonly seconds: number;
  /** Clients that ask at the same time, one call each. */
  readonly clients: number;
  /** Whether processes may be killed and paused, too; needs servers of the tester's own. */
  readonly kill: boolean;
  /** The command that repeats the run, for messages and the record. */
  readonly replay: string;
}
