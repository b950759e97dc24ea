/**
 * From where on the log is kept when a snapshot is taken: a tail for followers that were away for a
 * moment, and what those need who are being sent a snapshot, up to a bound.
 */
import { asLogIndex, type LogIndex, type ServerId } from '../base/ids.js';
import type { LogPosition } from '../raft/messages.js';
import type { RaftLog } from '../raft/raft-log.js';
import { heldBytesMax, type SnapshotLimits } from './snapshot-limits.js';

export interface KeptLogOptions {
  readonly limits: SnapshotLimits;
  readonly log: () => Pick<RaftLog, 'firstIndex' | 'tailFrom'>;
  /** How far a follower's log is known to agree with the leader's; undefined when not leading. */
  readonly matchIndexOf: (follower: ServerId) => LogIndex | undefined;
}

interface Hold {
  /** The first entry that the snapshot which the follower is sent does not cover. */
  readonly from: LogIndex;
  /** Bytes of all entries applied before that one, as counted by whoever holds and asks. */
  readonly appliedBytes: number;
}

export class KeptLog {
  readonly #options: KeptLogOptions;
  readonly #holds = new Map<ServerId, Hold>();

  constructor(options: KeptLogOptions) {
    this.#options = options;
  }

  /**
   * Keeps what lies behind a snapshot that is being sent, until the follower has it. Otherwise one
   * that needs longer for an image than the next one takes would begin anew for ever.
   */
  hold(follower: ServerId, position: LogPosition, appliedBytes: number): void {
    this.#holds.set(follower, { from: asLogIndex(position.index + 1), appliedBytes });
  }

  releaseAll(): void {
    this.#holds.clear();
  }

  /** The first entry to keep now that a snapshot at `position` is durable. */
  keepFrom(position: LogPosition, appliedBytes: number): LogIndex {
    const { limits, log } = this.#options;
    let from: number = log().tailFrom(position.index, limits.tailEntries, limits.tailBytes);
    for (const [follower, hold] of this.#holds) {
      const needed = this.#neededFrom(follower, hold);
      const isTooMuch = appliedBytes - hold.appliedBytes > heldBytesMax(limits);
      if (needed > position.index || isTooMuch) this.#holds.delete(follower);
      else from = Math.min(from, needed);
    }
    return asLogIndex(Math.max(from, log().firstIndex));
  }

  #neededFrom(follower: ServerId, { from }: Hold): number {
    return Math.max(from, (this.#options.matchIndexOf(follower) ?? 0) + 1);
  }
}
