/**
 * The safety properties of Raft (paper, figure 3) and the order of its indexes, checked on the
 * whole cluster after every event, through what each replica tells of itself and what its storage
 * has acknowledged. It shares no code with the core's own invariants.
 */
import { assert, must } from '../../../src/base/assert.js';
import { crc32c } from '../../../src/base/crc32c.js';
import type { ServerId, Term } from '../../../src/base/ids.js';
import { ClusterState } from '../../../src/state/cluster-state.js';
import type { Entry } from '../../../src/raft/messages.js';
import type { ReplicaStatus } from '../../../src/replica/replica-api.js';
import type { StorageWrite } from '../../../src/storage/storage.js';
import { simFileBounds } from '../open-sim-storage.js';
import type { Life, SimServer } from '../sim-server.js';
import type { SimWorld, WorldObserver } from '../sim-world.js';
import { CommittedLog, isSameEntry } from './committed-log.js';

interface Seen {
  readonly life: Life;
  readonly openings: number;
  readonly status: ReplicaStatus;
  /** Term of the last entry of its log. */
  readonly lastTerm: number;
}

interface Placed {
  readonly entry: Entry;
  previousTerm: number | undefined;
}

export interface ClusterWatchOptions {
  readonly world: SimWorld;
  /**
   * Told of each entry when it is first seen to be committed, and what the server says that
   * committed it, and said before.
   */
  readonly onCommitted: (entry: Entry, by: readonly ReplicaStatus[]) => void;
}

export class ClusterWatch implements WorldObserver {
  readonly #world: SimWorld;
  readonly committed: CommittedLog;
  /** The term in which each of its entries was seen to be committed. */
  readonly #committedIn: Term[] = [];
  readonly #leaders = new Map<Term, ServerId>();
  readonly #seen = new Map<ServerId, Seen>();
  /** Every entry that was ever durable somewhere: by index, then by term. */
  readonly #placed = new Map<number, Map<number, Placed>>();
  /** Checksum of the applied state at an index, as first seen. */
  readonly #states = new Map<number, number>();
  /** The committed log, applied by nobody's replica. */
  readonly #reference = new ClusterState(simFileBounds);
  #referenceIndex = 0;
  #committing: readonly ReplicaStatus[] = [];

  constructor({ world, onCommitted }: ClusterWatchOptions) {
    this.#world = world;
    this.committed = new CommittedLog((entry) => {
      onCommitted(entry, this.#committing);
    });
  }

  /** How many elections were won. */
  get termsLed(): number {
    return this.#leaders.size;
  }

  requestLeaves(): void {
    // Messages are the business of the promise watch.
  }

  responseLeaves(): void {
    // Messages are the business of the promise watch.
  }

  /** Log Matching: an index and a term name one entry, and one entry before it. */
  written(server: ServerId, write: StorageWrite): void {
    const { durable } = this.#world.server(server);
    for (const entry of write.entries) {
      const previousTerm = durable.termAt(entry.index - 1);
      const atIndex = this.#placed.get(entry.index) ?? new Map<number, Placed>();
      this.#placed.set(entry.index, atIndex);
      const known = atIndex.get(entry.term);
      if (known === undefined) {
        atIndex.set(entry.term, { entry, previousTerm });
        continue;
      }
      const key = `${entry.index}/${entry.term}`;
      assert(isSameEntry(known.entry, entry), () => `Log Matching: two entries ${key}`);
      const isSameLog =
        known.previousTerm === previousTerm ||
        previousTerm === undefined ||
        known.previousTerm === undefined;
      assert(isSameLog, () => `Log Matching: two logs before entry ${key}`);
      known.previousTerm ??= previousTerm;
    }
  }

  stepped(id: ServerId): void {
    const server = this.#world.server(id);
    if (server.life !== undefined) this.#check(server, server.life);
  }

  /**
   * State Machine Safety: what is applied through an index is what the committed log makes of it,
   * on all servers; those behind the reference are compared with what others were at their index.
   */
  compareStates(): void {
    // Under the crash switch the state that is shown is frozen, whatever becomes of the disk.
    const statuses = this.#world.lives
      .filter(({ replica }) => !replica.isCrashed())
      .map(({ replica }) => ({ state: replica.stateMachine, status: replica.status() }))
      .sort((a, b) => a.status.lastApplied - b.status.lastApplied);
    for (const { state, status } of statuses) {
      const { serverId, lastApplied } = status;
      const checksum = imageChecksum(state);
      this.#advanceReference(lastApplied);
      const known = this.#states.get(lastApplied) ?? checksum;
      assert(
        known === checksum,
        () => `server ${serverId} differs from others at entry ${lastApplied}`,
      );
      this.#states.set(lastApplied, checksum);
      assert(status.stateMismatch === undefined, () => `server ${serverId} raises a false alarm`);
    }
  }

  snapshotBegun(index: number): void {
    this.#advanceReference(Math.min(index, this.committed.entries.length));
  }

  restored(server: ServerId, state: ClusterState, index: number): void {
    const isRight = this.#checksumAt(index) === imageChecksum(state);
    assert(isRight, () => `server ${server} restores a wrong state through entry ${index}`);
  }

  #checksumAt(index: number): number {
    this.#advanceReference(index);
    const known = this.#states.get(index);
    if (known !== undefined) return known;
    const state = new ClusterState(simFileBounds);
    applyAll(state, this.committed.entries.slice(0, index));
    const checksum = imageChecksum(state);
    this.#states.set(index, checksum);
    return checksum;
  }

  #advanceReference(index: number): void {
    if (index <= this.#referenceIndex) return;
    applyAll(this.#reference, this.committed.entries.slice(this.#referenceIndex, index));
    this.#referenceIndex = index;
    this.#states.set(index, imageChecksum(this.#reference));
  }

  #check(server: SimServer, life: Life): void {
    const status = life.replica.status();
    const last = this.#seen.get(server.id);
    const { openings } = life;
    const isSameReplica = last?.life === life && last.openings === openings;
    const before = isSameReplica ? last.status : undefined;
    const lastTerm = life.replica.logTail(1)[0]?.term ?? 0;
    if (isSameReplica) checkKept(last, status, lastTerm);
    this.#seen.set(server.id, { life, openings, status, lastTerm });
    checkOrder(server, status);
    if (before !== undefined) checkProgress(life, before, status);
    this.#checkCommitted(life, before, status);
    if (status.role !== 'leader') return;
    this.#checkLeader(life, before, status);
    this.#checkFollowers(before, status);
  }

  #checkCommitted(life: Life, before: ReplicaStatus | undefined, status: ReplicaStatus): void {
    const { commitIndex, firstLogIndex, lastLogIndex } = status;
    if (commitIndex === (before?.commitIndex ?? 0)) return;
    const known = Math.max(before?.commitIndex ?? 0, firstLogIndex - 1);
    const log = life.replica.logTail(lastLogIndex - known);
    const entries = log.slice(0, Math.max(0, commitIndex - known));
    this.#committing = before === undefined ? [status] : [before, status];
    this.committed.observe(status.serverId, entries);
    // The leader who commits is seen first: entries are committed in its term, not in their own.
    while (this.#committedIn.length < this.committed.entries.length) {
      this.#committedIn.push(status.term);
    }
    // Section 5.4.2: only an entry of its own term is committed by counting who holds it.
    const lastTerm = entries.at(-1)?.term ?? status.term;
    const wasLeader = before?.role === 'leader' && before.term === status.term;
    const isOwn = status.role !== 'leader' || !wasLeader || lastTerm === status.term;
    assert(isOwn, () => `leader ${status.serverId} commits entry ${commitIndex} of an older term`);
    assert(
      commitIndex <= this.committed.entries.length,
      () =>
        `server ${status.serverId} holds entry ${commitIndex} for committed, which nobody has seen`,
    );
  }

  /** What a leader believes a follower to hold durably, that one does, unless it forgot it. */
  #checkFollowers(before: ReplicaStatus | undefined, status: ReplicaStatus): void {
    for (const { serverId, matchIndex } of status.followers) {
      const known = before?.followers.find((follower) => follower.serverId === serverId);
      if (matchIndex === 0 || known?.matchIndex === matchIndex) continue;
      const { durable, hasForgotten } = this.#world.server(serverId);
      // Under a later leader it may have dropped what it held.
      if (hasForgotten || durable.term !== status.term) continue;
      const ours = this.#world.server(status.serverId).durable.termAt(matchIndex);
      const theirs = durable.termAt(matchIndex);
      const isHeld = durable.durableIndex >= matchIndex && (ours ?? theirs) === (theirs ?? ours);
      const who = `leader ${status.serverId} of term ${status.term}`;
      assert(isHeld, () => `${who} takes entry ${matchIndex} for durable on ${serverId}`);
    }
  }

  /** A leader holds what was committed in earlier terms; one that is elected late may lack more. */
  #checkLeader(life: Life, before: ReplicaStatus | undefined, status: ReplicaStatus): void {
    if (before?.role === 'leader' && before.term === status.term) return;
    const { serverId, term, firstLogIndex, lastLogIndex } = status;
    const other = this.#leaders.get(term) ?? serverId;
    assert(other === serverId, () => `Election Safety: ${other} and ${serverId} lead term ${term}`);
    this.#leaders.set(term, serverId);
    const log = life.replica.logTail(lastLogIndex - firstLogIndex + 1);
    for (let index: number = firstLogIndex; index <= this.committed.entries.length; index += 1) {
      const entry = must(this.committed.entries[index - 1], 'it was committed');
      if (must(this.#committedIn[index - 1], 'in a term') >= term) break;
      const ours = log[index - firstLogIndex];
      assert(
        ours !== undefined && isSameEntry(ours, entry),
        () => `Leader Completeness: leader ${serverId} of term ${term} lacks entry ${index}`,
      );
    }
  }
}

function applyAll(state: ClusterState, entries: readonly Entry[]): void {
  for (const { kind, payload } of entries) if (kind === 'command') state.apply(payload);
}

/** Of the whole state: equal states have equal images. */
export function imageChecksum(state: ClusterState): number {
  const snapshot = state.snapshot();
  let checksum = 0;
  for (let part = snapshot.next(65_536); part !== undefined; part = snapshot.next(65_536)) {
    checksum = crc32c(part, checksum);
  }
  snapshot.close();
  return checksum;
}

function checkOrder(server: SimServer, status: ReplicaStatus): void {
  const { commitIndex, lastApplied, firstLogIndex, lastLogIndex, durableIndex, term } = status;
  const { snapshotIndex } = status;
  const { durable } = server;
  const holds = (isSo: boolean, what: string): void => {
    if (!isSo)
      assert(false, () => `server ${status.serverId}: ${what} (${JSON.stringify(status)})`);
  };
  holds(lastApplied <= commitIndex, 'applied ≤ committed');
  holds(lastApplied <= durableIndex, 'applied ≤ durable');
  holds(commitIndex <= lastLogIndex, 'committed ≤ last');
  holds(durableIndex <= lastLogIndex, 'durable ≤ last');
  holds(firstLogIndex <= snapshotIndex + 1, 'purged ≤ snapshot');
  holds(snapshotIndex <= lastApplied, 'snapshot ≤ applied');
  holds(durableIndex <= durable.durableIndex, 'durable entries were acknowledged by the storage');
  const pending = status.pendingUpdates + status.pendingReads;
  holds(status.role !== 'crashed' || pending === 0, 'crashed, nobody waits for it');
  holds(term >= durable.term, 'its term is at least the durable one');
}

/** A term's entries come from its one leader, which only appends: nobody cuts them in that term. */
function checkKept(before: Seen, now: ReplicaStatus, lastTerm: number): void {
  const wasCut = now.lastLogIndex < before.status.lastLogIndex || lastTerm < before.lastTerm;
  if (!wasCut || now.term !== before.status.term || now.snapshotIndex >= now.lastLogIndex) return;
  const isOfOlderTerm = before.lastTerm < now.term;
  assert(
    isOfOlderTerm,
    () => `server ${now.serverId} cuts entries of its leader in term ${now.term}`,
  );
}

function checkProgress(life: Life, before: ReplicaStatus, now: ReplicaStatus): void {
  const holds = (isSo: boolean, what: string): void => {
    if (!isSo) assert(false, () => `server ${now.serverId}: ${what}`);
  };
  holds(now.term >= before.term, 'terms never fall');
  holds(now.commitIndex >= before.commitIndex, 'the commit index never falls');
  holds(now.lastApplied >= before.lastApplied, 'applied never falls');
  if (before.role === 'crashed' && now.role === 'crashed') {
    holds(now.lastApplied === before.lastApplied, 'frozen while crashed');
  }
  if (before.role !== 'leader' || now.role !== 'leader' || before.term !== now.term) return;
  holds(now.lastLogIndex >= before.lastLogIndex, 'Leader Append-Only');
  if (now.lastLogIndex > before.lastLogIndex) {
    const [first] = life.replica.logTail(now.lastLogIndex - before.lastLogIndex);
    holds(first?.term === now.term, 'a leader appends entries of its term');
  }
}
