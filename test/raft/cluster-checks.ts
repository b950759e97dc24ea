/**
 * What must hold across servers after every step: figure 3 of the paper, and the promises that
 * messages make. It sees all memories, all disks and every message that leaves, and shares no code
 * with what it judges.
 */
import { assert } from '../../src/base/assert.js';
import { asLogIndex, type LogIndex, type ServerId, type Term } from '../../src/base/ids.js';
import { decodeConfiguration } from '../../src/raft/configuration.js';
import type {
  AppendEntriesResponse,
  Entry,
  LogPosition,
  PeerRequest,
  PeerResponse,
} from '../../src/raft/messages.js';
import type { Raft } from '../../src/raft/raft.js';
import { isCounted, isSameEntry, type TestDisk } from './test-disk.js';

export interface WatchedServer {
  readonly id: ServerId;
  readonly raft: Raft;
  readonly disk: TestDisk;
}

export class ClusterChecks {
  /** Every entry that any server knew to be committed, in order of index. */
  readonly committed: Entry[] = [];
  readonly #servers: () => readonly WatchedServer[];
  readonly #leaders = new Map<Term, ServerId>();
  readonly #votes = new Map<string, { readonly term: Term; readonly candidate: ServerId }>();

  constructor(servers: () => readonly WatchedServer[]) {
    this.#servers = servers;
  }

  /** Called before each step: with no write under way, memory and disk hold the same log. */
  beforeStep({ id, raft, disk }: WatchedServer): void {
    if (disk.waiting > 0) return;
    const { index, term } = disk.lastPosition;
    const isSame = raft.log.lastIndex === index && raft.log.lastTerm === term;
    assert(
      isSame,
      () => `the log of server ${id} does not end as on its disk, with entry ${index}`,
    );
  }

  /** Called after each step, before its effects; `commitBefore` is the index before the step. */
  afterStep(server: WatchedServer, commitBefore: LogIndex): void {
    this.#electionSafety(server);
    this.#logMatching(server);
    this.#stateMachineSafety(server, commitBefore);
  }

  /** Applied entries are committed ones, and on the server's own disk. */
  applied(server: WatchedServer, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const isCommitted = isSameEntry(this.committed[entry.index - 1], entry);
      assert(
        isCommitted,
        () => `server ${server.id} applied entry ${entry.index}, never committed`,
      );
      const isDurable = server.disk.holds(entry);
      assert(
        isDurable,
        () => `server ${server.id} applied entry ${entry.index} before its disk had it`,
      );
    }
  }

  /** A snapshot takes the place of the state: of committed entries, and on this server's disk. */
  installed(server: WatchedServer, position: LogPosition): void {
    const { id, disk } = server;
    const last = this.committed[position.index - 1];
    assert(last?.term === position.term, () => `server ${id} installs what was never committed`);
    const isDurable = disk.snapshot.position.index >= position.index;
    assert(isDurable, () => `server ${id} installs a snapshot before its disk has it`);
  }

  /** A request leaves: what it claims must be on disk. */
  requestLeaves(server: WatchedServer, request: PeerRequest): void {
    const { hardState } = server.disk;
    if (request.type === 'join') {
      const isDurable = hardState.incarnation === request.incarnation;
      assert(isDurable, () => `server ${server.id} joins under an incarnation not on its disk`);
      return;
    }
    if (request.type === 'requestVote' && request.preVote) return;
    assert(
      hardState.term >= request.term,
      () => `server ${server.id} speaks of a term not on its disk`,
    );
    if (request.type === 'requestVote') this.#voted(server, request.term, server.id);
  }

  /** An answer leaves: what it promises must be on disk. */
  responseLeaves(server: WatchedServer, caller: ServerId, response: PeerResponse): void {
    const { hardState, snapshot } = server.disk;
    assert(
      hardState.term >= response.term,
      () => `server ${server.id} tells a term not on its disk`,
    );
    switch (response.type) {
      case 'requestVote':
        if (response.voteGranted && !response.preVote) {
          this.#voted(server, response.forTerm, caller);
        }
        return;
      case 'appendEntries':
        this.#counts(server, response.refilling);
        if (response.success) this.#accepted(server, response);
        return;
      case 'installSnapshot': {
        this.#counts(server, response.refilling);
        const { lastIncludedIndex } = response;
        if (!response.installed || lastIncludedIndex <= snapshot.position.index) return;
        const last = this.committed[lastIncludedIndex - 1];
        const isDurable = last !== undefined && server.disk.holds(last);
        assert(isDurable, () => `server ${server.id} has no snapshot through ${lastIncludedIndex}`);
        return;
      }
      case 'join': {
        const isDurable = hardState.known.get(caller) === response.knownIncarnation;
        assert(isDurable, () => `server ${server.id} knows ${caller} only in memory`);
        return;
      }
    }
  }

  #accepted(server: WatchedServer, response: AppendEntriesResponse): void {
    const { raft, disk } = server;
    if (disk.hardState.term !== response.term || raft.term !== response.term) return;
    if (response.matchIndex < raft.log.firstIndex) return;
    for (const entry of raft.log.range(raft.log.firstIndex, response.matchIndex)) {
      const isDurable = disk.holds(entry);
      assert(
        isDurable,
        () => `server ${server.id} accepted entry ${entry.index} before it was on disk`,
      );
    }
  }

  /** A server tells that it counts only when its disk says so. */
  #counts({ id, disk }: WatchedServer, refilling: boolean): void {
    const isDurable = refilling || isCounted(disk);
    assert(isDurable, () => `server ${id} counts before it is a member on its disk`);
  }

  /**
   * The server forgot something. A vote for itself in an election that it did not win ended with
   * it: nobody else counts that vote. All others must still be given once.
   */
  forgot(id: ServerId): void {
    for (const [key, { term, candidate }] of this.#votes) {
      const isOwn = key === `${id} in ${term}` && candidate === id;
      if (isOwn && this.#leaders.get(term) !== id) this.#votes.delete(key);
    }
  }

  #voted(server: WatchedServer, term: Term, candidate: ServerId): void {
    const { hardState } = server.disk;
    assert(isCounted(server.disk), () => `server ${server.id} votes and is ${hardState.standing}`);
    const isDurable = hardState.term > term || hardState.votedFor === candidate;
    assert(isDurable, () => `server ${server.id} voted in term ${term} before it was on disk`);
    const key = `${server.id} in ${term}`;
    const before = this.#votes.get(key)?.candidate;
    assert(before === undefined || before === candidate, () => `two votes of server ${key}`);
    this.#votes.set(key, { term, candidate });
  }

  /** Election Safety, and Leader Completeness for a leader that is new. */
  #electionSafety({ id, raft }: WatchedServer): void {
    if (raft.role !== 'leader') return;
    const known = this.#leaders.get(raft.term);
    assert(known === undefined || known === id, () => `two leaders in term ${raft.term}`);
    if (known === id) return;
    this.#leaders.set(raft.term, id);
    const { base, firstIndex } = raft.log;
    const baseTerm = this.committed[base.index - 1]?.term ?? 0;
    assert(
      baseTerm === base.term,
      () => `the log of leader ${id} begins behind what is not committed`,
    );
    for (const entry of this.committed.slice(firstIndex - 1)) {
      assert(
        raft.log.termAt(entry.index) === entry.term,
        () => `Leader Completeness: leader ${id} of term ${raft.term} lacks entry ${entry.index}`,
      );
    }
  }

  /** Log Matching: two logs that agree at an index agree in all entries up to it. */
  #logMatching(server: WatchedServer): void {
    const { log } = server.raft;
    for (const other of this.#servers()) {
      if (other.id === server.id) continue;
      const theirs = other.raft.log;
      const first = Math.max(log.firstIndex, theirs.firstIndex);
      const last = Math.min(log.lastIndex, theirs.lastIndex);
      if (first > last) continue;
      const [mine, others] = [log, theirs].map((each) =>
        each.range(asLogIndex(first), asLogIndex(last)),
      );
      let at = last - first;
      while (at >= 0 && mine?.[at]?.term !== others?.[at]?.term) at -= 1;
      for (; at >= 0; at -= 1) {
        assert(
          isSameEntry(mine?.[at], others?.[at]),
          () => `Log Matching: servers ${server.id} and ${other.id} differ at entry ${first + at}`,
        );
      }
    }
  }

  /** State Machine Safety; and what is committed is on the disks of a majority. */
  #stateMachineSafety({ id, raft }: WatchedServer, commitBefore: LogIndex): void {
    const from = Math.max(commitBefore + 1, raft.log.firstIndex);
    // What a snapshot replaced was committed before.
    assert(
      from - 1 <= this.committed.length,
      () => `server ${id} goes on behind what is not committed`,
    );
    if (from > raft.commitIndex) return;
    for (const entry of raft.log.range(asLogIndex(from), raft.commitIndex)) {
      const known = this.committed[entry.index - 1];
      if (known === undefined) {
        this.#isOnMajority(raft, entry);
        this.#isWithLaterLeaders(entry, raft.term);
        this.committed.push(entry);
      } else {
        const isSame = isSameEntry(known, entry);
        assert(isSame, () => `server ${id} committed another entry ${entry.index}`);
      }
    }
  }

  /** Leader Completeness for the leaders that there are: none of a later term lacks the entry. */
  #isWithLaterLeaders({ index, term }: Entry, committedIn: Term): void {
    for (const { id, raft } of this.#servers()) {
      if (raft.role !== 'leader' || raft.term <= committedIn) continue;
      assert(
        raft.log.termAt(index) === term,
        () =>
          `Leader Completeness: entry ${index} was committed without leader ${id} of a later term`,
      );
    }
  }

  /** Of the voters; what is in force now may have come with the same step. */
  #isOnMajority(raft: Raft, entry: Entry): void {
    const holders = this.#servers().filter(({ disk }) => disk.vouchesFor(entry));
    const before = raft.configurationBytesAt(raft.commitIndex);
    const configurations = [raft.configuration];
    if (before.length > 0) configurations.push(decodeConfiguration(before));
    const isDurable = configurations.some(({ members }) => {
      const voters = members.filter(({ voter }) => voter);
      const holding = voters.filter(({ id }) => holders.some((holder) => holder.id === id));
      return holding.length * 2 > voters.length;
    });
    assert(
      isDurable,
      () => `entry ${entry.index} was committed with ${holders.length} copies on disk`,
    );
  }
}

export function entriesOf(raft: Raft): readonly Entry[] {
  return raft.log.range(raft.log.firstIndex, raft.log.lastIndex);
}
