/**
 * What must hold of one server after every step, checked from outside (tests and the simulator
 * call it after each). Properties across servers (figure 3 of the paper) are checked where all
 * servers can be seen.
 */
import { assert } from '../base/assert.js';
import type { LogIndex, ServerId, Term } from '../base/ids.js';
import type { Standing } from './effects.js';
import type { Raft } from './raft.js';

interface Seen {
  readonly term: Term;
  readonly votedFor: ServerId | undefined;
  readonly commitIndex: LogIndex;
  readonly lastApplied: LogIndex;
  readonly role: Raft['role'];
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  readonly baseIndex: LogIndex;
  readonly snapshotIndex: LogIndex;
  readonly standing: Standing;
}

/** What one that forgot something never becomes is one that passes for new. */
const standingsAfter: Readonly<Record<Standing, readonly Standing[]>> = {
  joining: ['joining', 'founding', 'member', 'refilling'],
  founding: ['founding', 'member', 'refilling'],
  member: ['member'],
  refilling: ['refilling', 'member'],
};

/** Watches one server for as long as its process lives; a restarted one gets a new watcher. */
export class InvariantWatch {
  #before: Seen | undefined = undefined;

  /** Throws `AssertionError` naming the invariant that the last step broke. */
  check(raft: Raft): void {
    checkState(raft);
    const now: Seen = {
      term: raft.term,
      votedFor: raft.votedFor,
      commitIndex: raft.commitIndex,
      lastApplied: raft.lastApplied,
      role: raft.role,
      lastIndex: raft.log.lastIndex,
      lastTerm: raft.log.lastTerm,
      baseIndex: raft.log.base.index,
      snapshotIndex: raft.snapshot.index,
      standing: raft.standing,
    };
    if (this.#before !== undefined) checkStep(raft, this.#before, now);
    this.#before = now;
  }
}

function checkState(raft: Raft): void {
  const { log, commitIndex, lastApplied, durableIndex } = raft;
  assert(log.base.index <= raft.snapshot.index, 'log base ≤ snapshot');
  const firstTerm = log.termAt(log.firstIndex) ?? log.base.term;
  assert(firstTerm >= log.base.term, 'no entry is of an earlier term than the log base');
  assert(raft.snapshot.index <= lastApplied, 'snapshot ≤ applied');
  assert(lastApplied <= commitIndex, 'applied ≤ committed');
  assert(lastApplied <= durableIndex, 'applied ≤ durable');
  assert(commitIndex <= log.lastIndex, 'committed ≤ last');
  assert(durableIndex <= log.lastIndex, 'durable ≤ last');
  assert(log.lastTerm <= raft.term, 'the log is not of a later term than the server');
  const counts = raft.standing === 'member' || raft.standing === 'founding';
  assert(counts || raft.role === 'follower', 'only one that counts stands for election');
  assert(raft.configurationIndex <= log.lastIndex, 'the configuration is in log or snapshot');
  if (raft.role !== 'leader') return;
  const isVoter = raft.configuration.members.some(({ id, voter }) => voter && id === raft.leaderId);
  const mayLead = isVoter || raft.configurationIndex > commitIndex;
  assert(mayLead, 'a server whose removal is committed leads no longer');
  assert(raft.leaderId !== undefined && raft.leaderId === raft.votedFor, 'a leader follows itself');
  for (const [server, progress] of raft.progress) {
    assert(progress.nextIndex > progress.matchIndex, () => `server ${server}: next > match`);
    assert(progress.matchIndex <= log.lastIndex, () => `server ${server}: match ≤ last`);
    assert(progress.nextIndex <= log.lastIndex + 1, () => `server ${server}: next ≤ last + 1`);
  }
}

function checkStep(raft: Raft, before: Seen, now: Seen): void {
  assert(now.term >= before.term, 'terms never fall');
  assert(now.commitIndex >= before.commitIndex, 'the commit index never falls');
  assert(now.lastApplied >= before.lastApplied, 'applied never falls');
  assert(now.snapshotIndex >= before.snapshotIndex, 'the snapshot never falls');
  assert(now.baseIndex >= before.baseIndex, 'the log base never falls');
  const mayFollow = standingsAfter[before.standing];
  assert(mayFollow.includes(now.standing), () => `${before.standing} became ${now.standing}`);
  if (now.term === before.term && before.votedFor !== undefined) {
    assert(now.votedFor === before.votedFor, 'one vote a term');
  }
  if (before.role === 'leader' && now.role === 'leader' && before.term === now.term) {
    // Leader Append-Only (figure 3): the old last entry is still there.
    assert(now.lastIndex >= before.lastIndex, 'a leader never shortens its log');
    // It may have given up the entry meanwhile, behind a snapshot.
    const term = raft.log.termAt(before.lastIndex) ?? before.lastTerm;
    assert(term === before.lastTerm, 'a leader never rewrites its log');
  }
}
