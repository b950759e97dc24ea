/**
 * Who looks after one worker: knows whether it is well, and does what can be done about it.
 */
import type { Member } from './member.js';

export interface Attendant {
  readonly member: Member;
  /** Resolves once the worker has become healthy, or has failed, for the first time. */
  readonly settled: Promise<void>;
  /** Asks for its health now, because a request has failed on it. */
  askNow(): void;
  /** Looks after it no longer; a worker that runs here is ended. Resolves once that is done. */
  stop(): Promise<void>;
}

/** What whoever runs the gateway should know of: `worker 127.0.0.1:9000 does not answer`. */
export type Say = (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void;

export interface HealthTimes {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** What a worker is told with each health check, as header fields. */
export type Tell = (member: Member) => Readonly<Record<string, string>>;
