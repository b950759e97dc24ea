/**
 * All that is known of one chaos run once it is over, as plain data: for the report, for the
 * findings, and for whoever keeps it as JSON. Times are milliseconds since the run began.
 */
import type { Finding } from '../history/finding.js';
import type { Operation } from '../history/operation.js';

export interface ChaosRecord {
  readonly seed: string;
  /** The command that repeats the run. */
  readonly replay: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly servers: readonly { readonly id: number; readonly address: string }[];
  readonly clients: number;
  readonly faults: readonly FaultEvent[];
  readonly sightings: readonly Sighting[];
  readonly operations: readonly Operation[];
  readonly findings: readonly Finding[];
}

export type FaultKind = 'crash' | 'partition' | 'kill' | 'pause' | 'transfer';

/** A fault, from when it was done to when it was undone. */
export interface FaultEvent {
  readonly kind: FaultKind;
  /** Ids of the servers it strikes. */
  readonly servers: readonly number[];
  readonly fromMs: number;
  readonly untilMs: number;
  /** In words: "server 0 cut off from 1 and 2". */
  readonly description: string;
}

export type Role = 'leader' | 'follower' | 'candidate' | 'crashed' | 'silent';

/** What a server said of itself at one moment. */
export interface Sighting {
  readonly server: number;
  readonly atMs: number;
  readonly role: Role;
  /** Undefined when servers of this make do not tell. */
  readonly term: number | undefined;
}
