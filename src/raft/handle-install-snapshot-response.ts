/** Answers to InstallSnapshot, leader's side (paper, section 7). */
import { must } from '../base/assert.js';
import type { ServerId } from '../base/ids.js';
import type { Core } from './core.js';
import { becomeFollower } from './election.js';
import type { InstallSnapshotResponse } from './messages.js';
import { advanceCommit, sendEntries } from './replication.js';

export function handleInstallSnapshotResponse(
  core: Core,
  from: ServerId,
  response: InstallSnapshotResponse,
): void {
  // Section 5.1: a later term deposes this leader.
  if (response.term > core.term) {
    becomeFollower(core, response.term, undefined, `server ${from} is in a later term`);
    return;
  }
  const { role } = core;
  if (role.name !== 'leader' || response.term < core.term) return;
  const progress = must(role.progress.get(from), `server ${from} is not a follower`);
  progress.answered(!response.refilling);
  if (!response.installed) return;
  progress.matched(response.lastIncludedIndex);
  advanceCommit(core);
  sendEntries(core, role, from, progress);
}
