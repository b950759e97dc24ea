/** Answers to AppendEntries, leader's side (paper, section 5.3). */
import { asLogIndex, type LogIndex, type ServerId } from '../base/ids.js';
import { answeringFollower } from './answering-follower.js';
import { promoteCaughtUp } from './change-members.js';
import type { Core } from './core.js';
import type { AppendEntriesResponse } from './messages.js';
import { advanceCommit, answerReads, sendEntries } from './replication.js';

export function handleAppendEntriesResponse(
  core: Core,
  from: ServerId,
  response: AppendEntriesResponse,
): void {
  const follower = answeringFollower(core, from, response.term);
  if (follower === undefined) return;
  const { leadership, progress } = follower;
  progress.answered(!response.refilling, response.round);
  if (response.success) {
    progress.matched(response.matchIndex);
    advanceCommit(core);
    promoteCaughtUp(core, from, progress);
  } else {
    // Refused outright: asked again at once it would say the same, without end.
    if (response.conflictIndex === 0) return;
    progress.rejected(nextTry(core, response));
    answerReads(core);
  }
  sendEntries(core, leadership, from, progress);
}

/**
 * The next index to try after a rejection (end of section 5.3): skip the whole term that differs,
 * or fall back to the end of a log that is too short. The follower's entries from `conflictIndex`
 * up to the place that it was asked for are all of `conflictTerm`, so where our log begins behind
 * `conflictIndex`, our base stands for it.
 */
function nextTry(core: Core, response: AppendEntriesResponse): LogIndex {
  const { conflictIndex, conflictTerm } = response;
  const index = asLogIndex(Math.max(conflictIndex, core.log.base.index));
  // The same term there: the logs agree that far, and differ after our last entry of it.
  if (conflictTerm > 0 && core.log.termAt(index) === conflictTerm) {
    return asLogIndex(core.log.lastIndexOfTermAt(index) + 1);
  }
  return asLogIndex(Math.max(conflictIndex, 1));
}
