/**
 * Send only after durable: nothing leaves a server that promises more than is on its disk at that
 * moment (paper, figure 2: "updated on stable storage before responding"). Also: a server votes
 * once in a term, whatever happens to it in between.
 */
import { assert, must } from '../../../src/base/assert.js';
import type { ServerId, Term } from '../../../src/base/ids.js';
import type { HardState } from '../../../src/raft/effects.js';
import type { PeerRequest, PeerResponse } from '../../../src/raft/messages.js';
import type { StorageWrite } from '../../../src/storage/storage.js';
import type { SimWorld, WorldObserver } from '../sim-world.js';

export class PromiseWatch implements WorldObserver {
  readonly #world: SimWorld;
  /** Who got the vote of a server in a term. */
  readonly #votes = new Map<string, ServerId>();
  readonly #hardStates = new Map<ServerId, HardState>();

  constructor(world: SimWorld) {
    this.#world = world;
  }

  requestLeaves(from: ServerId, _to: ServerId, request: PeerRequest): void {
    const { term, votedFor } = this.#diskOf(from).hardState;
    const isPreVote = request.type === 'requestVote' && request.preVote;
    const claimed = isPreVote ? request.term - 1 : request.term;
    assert(claimed <= term, `server ${from} speaks of term ${claimed} before it is on disk`);
    if (request.type !== 'requestVote' || isPreVote || term > claimed) return;
    assert(votedFor === from, `candidate ${from} has not voted for itself on disk`);
  }

  responseLeaves(from: ServerId, to: ServerId, response: PeerResponse): void {
    const { hardState, entries } = this.#diskOf(from);
    const { term } = response;
    assert(term <= hardState.term, `server ${from} answers in term ${term} before it is on disk`);
    if (response.type === 'requestVote') {
      if (!response.voteGranted || response.preVote) return;
      const votedFor = hardState.term > response.forTerm ? to : hardState.votedFor;
      assert(votedFor === to, `server ${from} grants a vote that is not on disk`);
      this.#vote(from, response.forTerm, to);
    } else if (response.success && hardState.term === term) {
      const { matchIndex } = response;
      assert(
        matchIndex <= entries.length,
        `server ${from} acknowledges entry ${matchIndex}, its disk ends at ${entries.length}`,
      );
    }
  }

  written(server: ServerId, write: StorageWrite): void {
    const { hardState } = write;
    if (hardState === undefined) return;
    const before = this.#hardStates.get(server);
    assert(
      before === undefined || hardState.term >= before.term,
      `the term of server ${server} falls on its disk`,
    );
    this.#hardStates.set(server, hardState);
    if (hardState.votedFor !== undefined) this.#vote(server, hardState.term, hardState.votedFor);
  }

  stepped(): void {
    // Promises are kept or broken when they are made.
  }

  #vote(voter: ServerId, term: Term, candidate: ServerId): void {
    const key = `${voter} in term ${term}`;
    const before = this.#votes.get(key) ?? candidate;
    assert(before === candidate, `server ${key} votes for ${before} and for ${candidate}`);
    this.#votes.set(key, candidate);
  }

  #diskOf(server: ServerId): { hardState: HardState; entries: readonly unknown[] } {
    return must(this.#world.servers[server], `server ${server} exists`).disk;
  }
}
