/**
 * InstallSnapshot, receiver's side (paper, section 7 and figure 13). The bytes are dealt with
 * elsewhere; here is decided whether they are wanted, and what becomes of the log once they are
 * all there.
 */
import { assert } from '../base/assert.js';
import type { LogIndex } from '../base/ids.js';
import type { Core } from './core.js';
import { nothingToAwait, type WriteId } from './effects.js';
import { becomeFollower } from './election.js';
import type { InstallSnapshotRequest, LogPosition } from './messages.js';
import { advanceCommit } from './replication.js';
import { endRefilling } from './standing.js';

export function handleInstallSnapshot(
  core: Core,
  callId: number,
  request: InstallSnapshotRequest,
): void {
  const { term, leaderId, lastIncludedIndex, imageBytes } = request;
  // 1. A leader of an earlier term learns that it was deposed (section 5.1).
  if (term < core.term) {
    refuse(core, callId, lastIncludedIndex);
    return;
  }
  const impossible = findImpossible(core, request);
  if (impossible !== undefined) {
    core.note({ type: 'impossibleRequest', from: leaderId, reason: impossible });
    refuse(core, callId, lastIncludedIndex);
    return;
  }
  if (term > core.term || core.leaderId !== leaderId) core.leaderLostMajority = false;
  becomeFollower(core, term, leaderId, `server ${leaderId} leads`);
  // It is heard, but whether it hears anybody only its heartbeats say.
  if (!core.leaderLostMajority) {
    core.resetElectionTimer();
    core.ticksSinceLeader = 0;
  }
  core.openPieces.set(callId, { lastIncludedIndex, imageBytes });
  // The state is that far already; it may have come there while the snapshot was on its way.
  if (lastIncludedIndex <= core.lastApplied) replyInstalled(core, callId);
  else core.emit({ type: 'takeSnapshotPiece', callId, request });
}

/** A piece is taken, and so many bytes of the image are here. */
export function snapshotPieceTaken(core: Core, callId: number, nextOffset: number): void {
  const piece = core.openPieces.get(callId);
  // The call was made before the server crashed.
  if (piece === undefined) return;
  core.openPieces.delete(callId);
  reply(core, callId, { ...piece, nextOffset, installed: false, after: nothingToAwait });
}

/** The snapshot is on disk in place of the one before: the state continues from it. */
export function snapshotReceived(
  core: Core,
  callId: number,
  position: LogPosition,
  configuration: Uint8Array,
): void {
  if (position.index > core.snapshot.index) core.snapshot = position;
  if (position.index > core.lastApplied) install(core, position, configuration);
  replyInstalled(core, callId);
  endRefilling(core);
}

function install(core: Core, position: LogPosition, configuration: Uint8Array): void {
  const { index, term } = position;
  const isInLog = core.log.termAt(index) === term;
  if (core.role.name === 'leader') {
    // Elected since it asked for nothing: it holds every committed entry (section 5.4), and those
    // that wait for them expect them one by one.
    assert(isInLog, () => `a leader lacks the committed entry ${index}`);
    commitThrough(core, index);
    advanceCommit(core);
    return;
  }
  // Section 7: what lies behind the snapshot's last entry is kept when that is in the log. Else
  // all of the log is superseded, or contradicts what was committed.
  if (!isInLog) {
    becomeFollower(core, core.term, core.leaderId, 'a snapshot takes the place of its log');
    core.resetLog(position);
  }
  core.installConfiguration(index, configuration, isInLog);
  commitThrough(core, index);
  core.lastApplied = index;
  // Committed entries are in the log of every leader from now on.
  if (index > core.matchedIndex) core.matchedIndex = index;
  core.note({ type: 'snapshotInstalled', position });
  core.emit({ type: 'installSnapshot', position });
  core.applyCommitted();
}

/** What a snapshot replaces is committed, and the snapshot has it on disk. */
function commitThrough(core: Core, index: LogIndex): void {
  if (index > core.commitIndex) core.commitIndex = index;
  if (index > core.durableIndex) core.durableIndex = index;
}

/** What only a forged request or a broken peer can send (as in AppendEntries). */
function findImpossible(core: Core, request: InstallSnapshotRequest): string | undefined {
  if (core.role.name === 'leader' && request.term === core.term) {
    return `it claims to lead term ${core.term}, which this server leads`;
  }
  const { lastIncludedIndex: index, lastIncludedTerm } = request;
  if (
    index <= core.commitIndex &&
    (core.log.termAt(index) ?? lastIncludedTerm) !== lastIncludedTerm
  ) {
    return `its snapshot contradicts the committed entry ${index}`;
  }
  return undefined;
}

function replyInstalled(core: Core, callId: number): void {
  const piece = core.openPieces.get(callId);
  if (piece === undefined) return;
  core.openPieces.delete(callId);
  const after = core.writeFor(piece.lastIncludedIndex);
  reply(core, callId, { ...piece, nextOffset: piece.imageBytes, installed: true, after });
}

function refuse(core: Core, callId: number, lastIncludedIndex: LogIndex): void {
  const after = nothingToAwait;
  reply(core, callId, { lastIncludedIndex, nextOffset: 0, installed: false, after });
}

interface Answer {
  readonly lastIncludedIndex: LogIndex;
  readonly nextOffset: number;
  readonly installed: boolean;
  readonly after: WriteId;
}

function reply(core: Core, callId: number, answer: Answer): void {
  const { lastIncludedIndex, nextOffset, installed, after } = answer;
  core.reply(
    callId,
    {
      type: 'installSnapshot',
      term: core.term,
      lastIncludedIndex,
      nextOffset,
      installed,
      refilling: !core.counts,
    },
    after,
  );
}
