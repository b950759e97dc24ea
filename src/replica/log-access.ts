/** The core as the calls of clients see it: where the log ends, and how to continue it. */
import type { Raft } from '../raft/raft.js';
import type { LogAccess } from './client-calls.js';
import type { CoreLoop } from './core-loop.js';
import type { FlushSchedule } from './flush-schedule.js';

export interface LogAccessParts extends Pick<LogAccess, 'timer' | 'meter'> {
  readonly raft: Raft;
  readonly loop: CoreLoop;
  readonly flushes: FlushSchedule;
}

export function logAccess({ raft, loop, flushes, timer, meter }: LogAccessParts): LogAccess {
  return {
    ...{ timer, meter },
    position: () => ({
      term: raft.term,
      lastIndex: raft.log.lastIndex,
      commitIndex: raft.commitIndex,
    }),
    isWriting: () => raft.isWriting,
    propose: (payloads) => {
      loop.take({ type: 'propose', payloads });
    },
    read: (readId, through) => {
      loop.take({ type: 'read', readId, through });
    },
    scheduleFlush: () => {
      flushes.soon();
    },
  };
}
