/**
 * Send only after durable: nothing leaves a server that promises more than its storage has
 * acknowledged at that moment (paper, figure 2: "updated on stable storage before responding").
 * Also: a server votes once in a term, whatever happens to it and to its disk in between.
 */
import { assert } from '../../../src/base/assert.js';
import type { ServerId, Term } from '../../../src/base/ids.js';
import type { RequestVoteResponse } from '../../../src/raft/messages.js';
import type { PeerMessage, PeerReply } from '../../../src/replica/peer-transport.js';
import type { StorageWrite } from '../../../src/storage/storage.js';
import type { DurableModel } from '../durable-model.js';
import type { SimWorld, WorldObserver } from '../sim-world.js';

export class PromiseWatch implements WorldObserver {
  readonly #world: SimWorld;
  /** Who got the vote of a server in a term. */
  readonly #votes = new Map<ServerId, Map<Term, ServerId>>();

  constructor(world: SimWorld) {
    this.#world = world;
  }

  requestLeaves(from: ServerId, _to: ServerId, request: PeerMessage): void {
    this.#checkMaySpeak(from);
    if (request.type === 'stateReport' || request.type === 'join') return;
    const { term, hardState } = this.#durableOf(from);
    const isPreVote = request.type === 'requestVote' && request.preVote;
    const claimed = isPreVote ? request.term - 1 : request.term;
    assert(claimed <= term, () => `server ${from} speaks of term ${claimed} before it is durable`);
    if (request.type !== 'requestVote') return;
    assert(this.#durableOf(from).counts, () => `server ${from} is a candidate, and does not count`);
    if (isPreVote || term > claimed) return;
    assert(
      hardState?.votedFor === from,
      () => `candidate ${from} has not durably voted for itself`,
    );
  }

  responseLeaves(from: ServerId, to: ServerId, response: PeerReply): void {
    this.#checkMaySpeak(from);
    if (response.type === 'stateReport') return;
    const durable = this.#durableOf(from);
    const { term } = response;
    assert(
      term <= durable.term,
      () => `server ${from} answers in term ${term} before it is durable`,
    );
    if (response.type === 'requestVote') {
      this.#checkVote(from, to, response);
    } else if (response.type === 'appendEntries' && response.success && durable.term === term) {
      const { matchIndex } = response;
      assert(
        matchIndex <= durable.durableIndex,
        () =>
          `server ${from} acknowledges entry ${matchIndex}, ` +
          `durable through ${durable.durableIndex}`,
      );
    } else if (response.type === 'installSnapshot' && response.installed) {
      assert(
        response.lastIncludedIndex <= durable.durableIndex,
        () => `server ${from} acknowledges the snapshot at ${response.lastIncludedIndex} too early`,
      );
    }
  }

  written(server: ServerId, { hardState }: StorageWrite): void {
    if (hardState?.votedFor !== undefined) this.#vote(server, hardState.term, hardState.votedFor);
  }

  stepped(): void {
    // Promises are kept or broken when they are made.
  }

  /** The crash switch sits at the doors: nothing goes out while it is on. */
  #checkMaySpeak(server: ServerId): void {
    const isCrashed = this.#world.server(server).life?.replica.isCrashed() === true;
    assert(!isCrashed, () => `server ${server} is crashed and speaks`);
  }

  #checkVote(from: ServerId, to: ServerId, response: RequestVoteResponse): void {
    const { term, hardState } = this.#durableOf(from);
    if (!response.voteGranted) return;
    assert(this.#durableOf(from).counts, () => `server ${from} votes, and does not count`);
    if (response.preVote) return;
    const votedFor = term > response.forTerm ? to : hardState?.votedFor;
    assert(votedFor === to, () => `server ${from} grants a vote that is not durable`);
    this.#vote(from, response.forTerm, to);
  }

  /**
   * A server that forgot that it was a candidate cannot win that election any more: no answer finds
   * the process that asked. Its vote for itself is the only one that it may give again.
   */
  restored(server: ServerId): void {
    if (!this.#world.server(server).hasForgotten) return;
    const votes = this.#votesOf(server);
    for (const [term, candidate] of votes) if (candidate === server) votes.delete(term);
  }

  #vote(voter: ServerId, term: Term, candidate: ServerId): void {
    const votes = this.#votesOf(voter);
    const before = votes.get(term) ?? candidate;
    const who = `server ${voter} in term ${term}`;
    assert(before === candidate, () => `${who} votes for ${before} and for ${candidate}`);
    votes.set(term, candidate);
  }

  #votesOf(voter: ServerId): Map<Term, ServerId> {
    const votes = this.#votes.get(voter) ?? new Map<Term, ServerId>();
    this.#votes.set(voter, votes);
    return votes;
  }

  #durableOf(server: ServerId): DurableModel {
    return this.#world.server(server).durable;
  }
}
