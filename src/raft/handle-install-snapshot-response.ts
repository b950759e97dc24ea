/** Answers to InstallSnapshot, leader's side (paper, section 7). */
import type { ServerId } from '../base/ids.js';
import { answeringFollower } from './answering-follower.js';
import { promoteCaughtUp } from './change-members.js';
import type { Core } from './core.js';
import type { InstallSnapshotResponse } from './messages.js';
import { advanceCommit, sendEntries } from './replication.js';

export function handleInstallSnapshotResponse(
  core: Core,
  from: ServerId,
  response: InstallSnapshotResponse,
): void {
  const follower = answeringFollower(core, from, response.term);
  if (follower === undefined) return;
  const { leadership, progress } = follower;
  progress.answered(!response.refilling);
  if (!response.installed) return;
  progress.matched(response.lastIncludedIndex);
  advanceCommit(core);
  promoteCaughtUp(core, from, progress);
  sendEntries(core, leadership, from, progress);
}
