/**
 * When a leader answers `busy`: too many calls wait, or too much is logged that no majority has
 * confirmed. Without these limits clients that time out and try again would fill the memory of a
 * leader without a majority.
 */
import { pendingCallsMax } from '../base/limits.js';
import type { Entry } from '../raft/messages.js';

/** Commands in the log, or on their way into it, beyond the applied ones. */
export const uncommittedEntriesMax = 100_000;

/** Payload bytes of those commands. */
export const uncommittedBytesMax = 256 * 1024 * 1024;

/** Calls of `setleader` and `sendheartbeat` that wait at a time. */
export const leadershipCallsMax = 1_000;

/**
 * Payload bytes that are logged at once; a larger single command goes alone. Many large commands
 * at a time would make one write, and one turn of the event loop, longer than an election timeout.
 */
export const proposeBytesMax = 4 * 1024 * 1024;

/** Counts what this leader has taken to be logged and not yet applied. */
export class UncommittedMeter {
  entries = 0;
  bytes = 0;

  /** A leadership begins with these commands in its log. */
  reset(commands: readonly Entry[]): void {
    this.entries = commands.length;
    this.bytes = commands.reduce((sum, entry) => sum + entry.payload.length, 0);
  }

  add(payloadBytes: number): void {
    this.entries += 1;
    this.bytes += payloadBytes;
  }

  /** A follower's entries were not counted: they leave the meter at its floor. */
  remove(payloadBytes: number): void {
    this.entries = Math.max(0, this.entries - 1);
    this.bytes = Math.max(0, this.bytes - payloadBytes);
  }
}

/** Reads cost the log nothing: for them, only calls count. */
export function areTooManyCalls(pendingCalls: number): boolean {
  return pendingCalls >= pendingCallsMax;
}

/** `waitingBytes`: payloads of commands that wait to be judged. */
export function isLogFull(uncommitted: UncommittedMeter, waitingBytes: number): boolean {
  return (
    uncommitted.entries >= uncommittedEntriesMax ||
    uncommitted.bytes + waitingBytes >= uncommittedBytesMax
  );
}
