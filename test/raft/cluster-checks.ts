/**
 * What must hold across servers after every step: figure 3 of the paper, and the promises that
 * messages make. It sees all memories, all disks and every message that leaves, and shares no code
 * with what it judges.
 */
import { assert } from '../../src/base/assert.js';
import type { LogIndex, ServerId, Term } from '../../src/base/ids.js';
import type { Entry, PeerRequest, PeerResponse } from '../../src/raft/messages.js';
import type { Raft } from '../../src/raft/raft.js';
import type { TestDisk } from './test-disk.js';

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
  readonly #votes = new Map<string, ServerId>();

  constructor(servers: () => readonly WatchedServer[]) {
    this.#servers = servers;
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
      const isCommitted = this.committed[entry.index - 1] === entry;
      assert(isCommitted, `server ${server.id} applied entry ${entry.index}, never committed`);
      const isDurable = server.disk.entries[entry.index - 1] === entry;
      assert(isDurable, `server ${server.id} applied entry ${entry.index} before its disk had it`);
    }
  }

  /** A request leaves: what it claims must be on disk. */
  requestLeaves(server: WatchedServer, request: PeerRequest): void {
    const { hardState } = server.disk;
    if (request.type === 'requestVote' && request.preVote) return;
    assert(hardState.term >= request.term, `server ${server.id} speaks of a term not on its disk`);
    if (request.type === 'appendEntries') return;
    this.#voted(server, request.term, server.id);
  }

  /** An answer leaves: what it promises must be on disk. */
  responseLeaves(server: WatchedServer, candidate: ServerId, response: PeerResponse): void {
    const { hardState, entries } = server.disk;
    assert(hardState.term >= response.term, `server ${server.id} tells a term not on its disk`);
    if (response.type === 'requestVote') {
      if (response.voteGranted && !response.preVote) {
        this.#voted(server, response.forTerm, candidate);
      }
      return;
    }
    if (!response.success || hardState.term !== response.term) return;
    if (server.raft.term !== response.term) return;
    for (const entry of server.raft.log.range(server.raft.log.firstIndex, response.matchIndex)) {
      const isDurable = entries[entry.index - 1] === entry;
      assert(isDurable, `server ${server.id} accepted entry ${entry.index} before it was on disk`);
    }
  }

  #voted(server: WatchedServer, term: Term, candidate: ServerId): void {
    const { hardState } = server.disk;
    const isDurable = hardState.term > term || hardState.votedFor === candidate;
    assert(isDurable, `server ${server.id} voted in term ${term} before it was on disk`);
    const key = `${server.id} in ${term}`;
    const before = this.#votes.get(key);
    assert(before === undefined || before === candidate, `two votes of server ${key}`);
    this.#votes.set(key, candidate);
  }

  /** Election Safety, and Leader Completeness for a leader that is new. */
  #electionSafety({ id, raft }: WatchedServer): void {
    if (raft.role !== 'leader') return;
    const known = this.#leaders.get(raft.term);
    assert(known === undefined || known === id, `two leaders in term ${raft.term}`);
    if (known === id) return;
    this.#leaders.set(raft.term, id);
    for (const entry of this.committed) {
      assert(
        raft.log.termAt(entry.index) === entry.term,
        `Leader Completeness: leader ${id} of term ${raft.term} lacks entry ${entry.index}`,
      );
    }
  }

  /** Log Matching: two logs that agree at an index agree in all entries up to it. */
  #logMatching(server: WatchedServer): void {
    const mine = entriesOf(server.raft);
    for (const other of this.#servers()) {
      if (other.id === server.id) continue;
      const theirs = entriesOf(other.raft);
      let index = Math.min(mine.length, theirs.length) - 1;
      while (index >= 0 && mine[index]?.term !== theirs[index]?.term) index -= 1;
      for (; index >= 0; index -= 1) {
        assert(
          mine[index] === theirs[index],
          `Log Matching: servers ${server.id} and ${other.id} differ at entry ${index + 1}`,
        );
      }
    }
  }

  /** State Machine Safety; and what is committed is on the disks of a majority. */
  #stateMachineSafety({ id, raft }: WatchedServer, commitBefore: LogIndex): void {
    const all = entriesOf(raft);
    for (const entry of all.slice(commitBefore, raft.commitIndex)) {
      const known = this.committed[entry.index - 1];
      if (known === undefined) {
        this.#isOnMajority(entry);
        this.committed.push(entry);
      } else {
        assert(known === entry, `server ${id} committed another entry ${entry.index}`);
      }
    }
  }

  #isOnMajority(entry: Entry): void {
    const servers = this.#servers();
    const holders = servers.filter(({ disk }) => disk.entries[entry.index - 1] === entry);
    const isDurable = holders.length * 2 > servers.length;
    assert(isDurable, `entry ${entry.index} was committed with ${holders.length} copies on disk`);
  }
}

export function entriesOf(raft: Raft): readonly Entry[] {
  return raft.log.range(raft.log.firstIndex, raft.log.lastIndex);
}
