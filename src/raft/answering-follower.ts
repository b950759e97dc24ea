/** What AppendEntries and InstallSnapshot have in common when their answers come in. */
import type { ServerId, Term } from '../base/ids.js';
import type { Core, Leadership } from './core.js';
import { becomeFollower } from './election.js';
import type { Progress } from './progress.js';

export interface AnsweringFollower {
  readonly leadership: Leadership;
  readonly progress: Progress;
}

/**
 * The follower that `from` is to this leader; undefined when its answer, of term `term`, says
 * nothing to a leader. A later term deposes this one (section 5.1).
 */
export function answeringFollower(
  core: Core,
  from: ServerId,
  term: Term,
): AnsweringFollower | undefined {
  if (term > core.term) {
    becomeFollower(core, term, undefined, `server ${from} is in a later term`);
    return undefined;
  }
  // An answer to an earlier leadership of ours says nothing about this one.
  if (core.role.name !== 'leader' || term < core.term) return undefined;
  // One that was removed may answer still.
  const progress = core.role.progress.get(from);
  return progress && { leadership: core.role, progress };
}
