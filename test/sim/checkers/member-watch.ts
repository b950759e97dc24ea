/**
 * Changes of the members (thesis, chapter 4), checked on the whole cluster: the configurations that
 * were committed follow each other by one server each, no id is given twice; every server goes by
 * the newest configuration of its own log; whoever leads was elected by a majority of its voters,
 * and changes the members one at a time; and a server becomes a voter when all others know it.
 */
import { assert, must } from '../../../src/base/assert.js';
import type { ServerId, Term } from '../../../src/base/ids.js';
import {
  decodeConfiguration,
  encodeConfiguration,
  type Configuration,
} from '../../../src/raft/configuration.js';
import { describeMembers } from '../../../src/raft/describe.js';
import type { Entry, RequestVoteResponse } from '../../../src/raft/messages.js';
import type { PeerReply } from '../../../src/replica/peer-transport.js';
import type { ReplicaStatus } from '../../../src/replica/replica-api.js';
import type { StorageWrite } from '../../../src/storage/storage.js';
import type { Life } from '../sim-server.js';
import type { SimWorld, WorldObserver } from '../sim-world.js';

/** A learner that lacks what was committed so long ago has not caught up. */
const caughtUpMs = 1_500;

interface Committed {
  readonly index: number;
  readonly configuration: Configuration;
}

export class MemberWatch implements WorldObserver {
  readonly #world: SimWorld;
  readonly #configurations: Committed[];
  /** When each entry was first seen to be committed. */
  readonly #committedAtMs: number[] = [];
  /** Who voted for whom: by term and candidate. */
  readonly #votes = new Map<string, Set<ServerId>>();
  readonly #seen = new Map<ServerId, { readonly life: Life; readonly status: ReplicaStatus }>();

  constructor(world: SimWorld) {
    this.#world = world;
    this.#configurations = [{ index: 0, configuration: world.configuration }];
  }

  /** The newest that is committed. */
  get current(): Configuration {
    return must(this.#configurations.at(-1), 'there is one').configuration;
  }

  /** How often members were added, promoted and removed. */
  get changes(): number {
    return this.#configurations.length - 1;
  }

  /** What an operator was told to be committed is. */
  checkAnswered(answered: readonly Configuration[]): void {
    for (const told of answered) {
      const isTrue = this.#configurations.some(({ configuration }) => isSame(configuration, told));
      assert(isTrue, () => `${describeMembers(told)} was answered, and never committed`);
    }
  }

  /** The entry was just seen to be committed. */
  committed({ index, kind, payload }: Entry): void {
    this.#committedAtMs[index - 1] = this.#world.clock.nowMs;
    if (kind !== 'configuration') return;
    const configuration = decodeConfiguration(payload);
    this.#checkSuccession(this.current, configuration);
    this.#configurations.push({ index, configuration });
    this.#world.configuration = configuration;
  }

  requestLeaves(): void {
    // Only votes are of interest.
  }

  responseLeaves(from: ServerId, to: ServerId, response: PeerReply): void {
    if (response.type === 'requestVote') this.#noteVote(from, to, response);
  }

  written(server: ServerId, { hardState }: StorageWrite): void {
    if (hardState?.votedFor === server) this.#votesOf(hardState.term, server).add(server);
  }

  /** A snapshot brings the configuration that was in force at its place. */
  restored(server: ServerId, _state: unknown, index: number, configuration: Uint8Array): void {
    this.#seen.delete(server);
    const { founding } = this.#world;
    const found = configuration.length === 0 ? founding : decodeConfiguration(configuration);
    const expected = this.#at(index);
    assert(
      isSame(found, expected),
      () =>
        `server ${server} restores ${describeMembers(found)} through entry ${index}, ` +
        `where it was ${describeMembers(expected)}`,
    );
  }

  stepped(id: ServerId): void {
    const { life } = this.#world.server(id);
    if (life === undefined) return;
    const status = life.replica.status();
    if (status.role === 'crashed') return;
    const seen = this.#seen.get(id);
    const before = seen?.life === life ? seen.status : undefined;
    this.#seen.set(id, { life, status });
    const isSameLog =
      before?.lastLogIndex === status.lastLogIndex &&
      before.commitIndex === status.commitIndex &&
      before.term === status.term &&
      before.role === status.role;
    if (isSameLog) return;
    const uncommitted = life.replica
      .logTail(Math.max(0, status.lastLogIndex - status.commitIndex))
      .filter(({ kind }) => kind === 'configuration');
    this.#checkInForce(status, uncommitted);
    if (status.role !== 'leader') return;
    const isVoter = status.configuration.members.some((member) => member.voter && member.id === id);
    assert(
      isVoter || !status.isConfigurationCommitted,
      () => `leader ${id} goes on to lead when its removal is committed`,
    );
    if (before?.role !== 'leader' || before.term !== status.term) this.#checkElected(status);
    this.#checkOneAtATime(life, status, uncommitted);
    this.#checkPromoted(before, status);
  }

  #at(index: number): Configuration {
    const found = this.#configurations.findLast((known) => known.index <= index);
    return must(found, 'there is a first one').configuration;
  }

  /** Section 4.1: the newest configuration of its log, whether or not it is committed. */
  #checkInForce(status: ReplicaStatus, uncommitted: readonly Entry[]): void {
    const newest = uncommitted.at(-1);
    const expected =
      newest === undefined ? this.#at(status.commitIndex) : decodeConfiguration(newest.payload);
    const { configuration, serverId } = status;
    assert(
      isSame(configuration, expected),
      () =>
        `server ${serverId} goes by ${describeMembers(configuration)}, ` +
        `its log by ${describeMembers(expected)}`,
    );
  }

  #checkElected({ serverId, term, configuration }: ReplicaStatus): void {
    const voters = configuration.members.filter(({ voter }) => voter).map(({ id }) => id);
    const votes = this.#votesOf(term, serverId);
    const given = voters.filter((voter) => votes.has(voter)).length;
    assert(
      given > voters.length / 2,
      () =>
        `server ${serverId} leads term ${term} by ${given} of the votes of ` +
        describeMembers(configuration),
    );
  }

  /** Only who has committed an entry of its term changes the members, and one at a time. */
  #checkOneAtATime(life: Life, status: ReplicaStatus, uncommitted: readonly Entry[]): void {
    const own = uncommitted.filter(({ term }) => term === status.term);
    if (own.length === 0) return;
    const who = `leader ${status.serverId} of term ${status.term}`;
    assert(uncommitted.length === 1, () => `${who} changes the members twice at a time`);
    const [committed] = life.replica.logTail(status.lastLogIndex - status.commitIndex + 1);
    const isOwn = status.commitIndex > 0 && committed?.index === status.commitIndex;
    // What a snapshot has taken the place of is of no term that could be looked at.
    if (!isOwn && status.firstLogIndex > status.commitIndex) return;
    assert(
      committed?.term === status.term && isOwn,
      () => `${who} changes the members before it has committed an entry of its term`,
    );
  }

  /** Who has become a voter is known to all others, and has what was committed a while ago. */
  #checkPromoted(before: ReplicaStatus | undefined, status: ReplicaStatus): void {
    if (before === undefined || before.term !== status.term) return;
    const promoted = status.configuration.members.find(({ id, voter }) => {
      const was = before.configuration.members.find((member) => member.id === id);
      return voter && was?.voter === false;
    });
    if (promoted === undefined) return;
    const { durable, hasForgotten } = this.#world.server(promoted.id);
    if (hasForgotten) return;
    const who = `server ${promoted.id}`;
    const { hardState, durableIndex } = durable;
    assert(hardState?.standing === 'member', () => `${who} becomes a voter, and is no member`);
    for (const { id } of status.configuration.members) {
      const other = this.#world.server(id);
      if (id === promoted.id || other.hasForgotten) continue;
      const isKnown = other.durable.hardState?.known.has(promoted.id) === true;
      assert(isKnown, () => `${who} becomes a voter, and server ${id} does not know it`);
    }
    const longAgo = this.#world.clock.nowMs - caughtUpMs;
    const due = this.#committedAtMs.findLastIndex((ms) => ms <= longAgo) + 1;
    assert(durableIndex >= due, () => `${who} becomes a voter, and lacks entry ${due}`);
  }

  #checkSuccession(before: Configuration, after: Configuration): void {
    const what = `${describeMembers(before)} became ${describeMembers(after)}`;
    const votersOf = ({ members }: Configuration): readonly ServerId[] =>
      members.filter(({ voter }) => voter).map(({ id }) => id);
    const added = votersOf(after).filter((id) => !votersOf(before).includes(id));
    const removed = votersOf(before).filter((id) => !votersOf(after).includes(id));
    assert(added.length + removed.length <= 1, () => `more than one voter: ${what}`);
    assert(after.nextId >= before.nextId, () => `ids are taken back: ${what}`);
    for (const { id, address } of after.members) {
      const was = before.members.find((member) => member.id === id);
      if (was === undefined) {
        assert(id === before.nextId && after.nextId === id + 1, () => `id ${id} again: ${what}`);
      } else assert(was.address === address, () => `server ${id} has moved: ${what}`);
    }
  }

  #noteVote(from: ServerId, to: ServerId, response: RequestVoteResponse): void {
    const { voteGranted, preVote, forTerm } = response;
    if (voteGranted && !preVote) this.#votesOf(forTerm, to).add(from);
  }

  #votesOf(term: Term, candidate: ServerId): Set<ServerId> {
    const key = `${term} ${candidate}`;
    const votes = this.#votes.get(key) ?? new Set<ServerId>();
    this.#votes.set(key, votes);
    return votes;
  }
}

function isSame(a: Configuration, b: Configuration): boolean {
  return String(encodeConfiguration(a)) === String(encodeConfiguration(b));
}
