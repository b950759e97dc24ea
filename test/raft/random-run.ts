/**
 * Whole runs that one seed decides: a stretch in which anything may fail and nothing may be wrong,
 * then the faults end and the cluster must come to rest.
 */
import { assert } from '../../src/base/assert.js';
import { openSnapshot, commitSnapshot } from './take-snapshot.js';
import { wipe, damage } from './disk-accidents.js';
import { RaftCluster, type Message } from './raft-cluster.js';
import { asLogIndex } from '../../src/base/ids.js';
import { joiningServer, testTiming } from './make.js';
import type { TestServer } from './test-server.js';

export interface RandomRun {
  readonly cluster: RaftCluster;
  readonly proposals: number;
  readonly elections: number;
  readonly forgotten: number;
  readonly memberChanges: number;
  /** Of the cluster as it began. */
  readonly size: number;
}

/** Members change in one of so many runs, up to so many servers in all. */
const seedsForEachChange = 3;
const serversMax = 9;

/** Messages on their way in the stretch of faults; what comes on top is lost. */
const networkMax = 40;

/** Messages that the network keeps for long, past elections and restarts. */
const lateMessagesMax = 12;

/** Ticks after the last fault within which everything must have ended. */
const quietTicksMax = 30 * testTiming.electionTicksMax;

/** Uniform in [0, 1), the same for the same seed everywhere (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Throws the first thing that goes wrong; the message names the seed. */
export function runRandomly(seed: number, steps: number): RandomRun {
  const chaos = new Chaos(seed);
  try {
    for (let step = 0; step < steps; step += 1) chaos.step();
    chaos.comeToRest();
  } catch (error) {
    const tail = chaos.cluster.trace.slice(-30).join('\n');
    throw new Error(`seed ${seed}: ${String(error)}\n${tail}`, { cause: error });
  }
  const { cluster, proposals, elections, forgotten, memberChanges, size } = chaos;
  return { cluster, proposals, elections, forgotten, memberChanges, size };
}

type Action = readonly [weight: number, act: () => void];

class Chaos {
  readonly cluster: RaftCluster;
  proposals = 0;
  /** How often a disk lost something. */
  forgotten = 0;
  memberChanges = 0;
  /** Of the cluster as it began. */
  readonly size: number;
  readonly #changesMembers: boolean;
  readonly #random: () => number;
  readonly #actions: readonly Action[];
  readonly #weights: number;
  readonly #late: Message[] = [];

  constructor(seed: number) {
    this.#changesMembers = seed % seedsForEachChange === 0;
    this.#random = seededRandom(seed);
    const size = (this.size = 1 + this.#below(5));
    this.cluster = new RaftCluster({ size, random: () => this.#random, isNew: this.#chance(0.5) });
    this.#actions = this.#makeActions();
    this.#weights = this.#actions.reduce((sum, [weight]) => sum + weight, 0);
    for (const server of this.cluster.servers) {
      server.holdsWrites = this.#chance(0.5);
      server.holdsSnapshots = this.#chance(0.5);
    }
  }

  get elections(): number {
    return this.cluster.trace.filter((line) => line.includes('elected leader')).length;
  }

  step(): void {
    let at = this.#random() * this.#weights;
    for (const [weight, act] of this.#actions) {
      at -= weight;
      if (at >= 0) continue;
      act();
      break;
    }
    while (this.cluster.network.length > networkMax) this.#dropOne();
  }

  /** The faults end. Messages that were under way may still arrive, in any order. */
  comeToRest(): void {
    const { cluster } = this;
    cluster.heal();
    while (this.#late.length > 0) this.#arriveLate();
    for (const server of cluster.servers) {
      cluster.restore(server.id);
      server.holdsWrites = false;
      server.holdsSnapshots = false;
      cluster.completeWrites(server.id);
      cluster.hearOfSnapshots(server.id);
    }
    while (cluster.network.length > 0 && this.#chance(0.9)) this.#deliverOne();
    for (let tick = 0; tick < quietTicksMax; tick += 1) {
      cluster.run(1);
      if (this.#isAtRest()) break;
    }
    assert(this.#isAtRest(), () => `no rest after ${quietTicksMax} ticks without faults`);
    this.#worksAgain();
  }

  /** One leader, followed by all; all logs equal, committed and applied; no read waits. */
  #isAtRest(): boolean {
    const { servers, leader, reads } = this.cluster;
    if (leader === undefined || reads.some((read) => read.state === 'waiting')) return false;
    const { term, log, configuration } = leader.raft;
    const voters = configuration.members.filter(({ voter }) => voter).map(({ id }) => id);
    if (voters.length < configuration.members.length) return false;
    return servers
      .filter(({ id }) => voters.includes(id))
      .every(
        ({ id, raft }) =>
          raft.term === term &&
          raft.leaderId === leader.id &&
          raft.standing === 'member' &&
          (raft.role === 'leader') === (id === leader.id) &&
          raft.log.lastIndex === log.lastIndex &&
          raft.lastApplied === log.lastIndex,
      );
  }

  #worksAgain(): void {
    const { cluster } = this;
    const leader = cluster.leader;
    assert(leader !== undefined, 'a leader');
    cluster.propose(leader.id, 'after all');
    const read = cluster.read(leader.id, 'log');
    const electionsBefore = this.elections;
    cluster.run(testTiming.electionTicksMax * 3);
    assert(read.state === 'ready', () => `the last read is ${read.state}`);
    assert(this.#isAtRest(), 'a command is applied everywhere');
    assert(this.elections === electionsBefore, 'no election without a fault');
  }

  #makeActions(): readonly Action[] {
    const { cluster } = this;
    const weight = (usual: number): number => (this.#chance(0.25) ? 0 : usual * this.#random() * 2);
    return [
      [20, () => this.#deliverOne()],
      [6, () => cluster.tick(this.#anyone().id, 1 + this.#below(4))],
      [4, () => cluster.servers.forEach(({ id }) => cluster.tick(id))],
      [8, () => cluster.completeWrites(this.#anyone().id, 1 + this.#below(3))],
      [4, () => this.#propose()],
      [3, () => this.#read()],
      [weight(4), () => this.#dropOne()],
      [weight(3), () => this.#duplicateOne()],
      [weight(3), () => this.#delayOne()],
      [weight(1.5), () => this.#arriveLate()],
      [weight(0.6), () => this.#restart()],
      [weight(3), () => this.#snapshot()],
      [3, () => cluster.hearOfSnapshots(this.#anyone().id, 1 + this.#below(2))],
      [weight(0.3), () => this.#forget(this.#anyone(), 'all')],
      [weight(0.3), () => this.#forget(this.#anyone(), 'end of the log')],
      [weight(0.3), () => this.#forget(this.#anyone(), 'hard state')],
      [weight(0.5), () => this.#forgetVote()],
      [weight(0.3), () => this.#checkpoint()],
      [weight(0.5), () => cluster.crash(this.#anyone().id)],
      [0.8, () => cluster.restore(this.#anyone().id)],
      [weight(0.5), () => this.#campaign()],
      [weight(0.5), () => this.#broadcast()],
      [weight(0.6), () => this.#cut()],
      [weight(0.6), () => this.#cutOffLeader()],
      [1, () => this.#calm()],
      [0.4, () => cluster.heal()],
      ...(this.#changesMembers ? ([[2, () => this.#changeMember()]] as const) : []),
    ];
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #anyone(): TestServer {
    return this.cluster.server(this.#below(this.cluster.servers.length));
  }

  /** The oldest message more often than others, so that there is progress between surprises. */
  #anyMessage(): number {
    const count = this.cluster.network.length;
    return this.#chance(0.6) ? 0 : this.#below(count);
  }

  #deliverOne(): void {
    if (this.cluster.network.length > 0) this.cluster.deliver(this.#anyMessage());
  }

  #dropOne(): void {
    if (this.cluster.network.length > 0) this.cluster.drop(this.#anyMessage(), this.#chance(0.5));
  }

  #duplicateOne(): void {
    if (this.cluster.network.length > 0) this.cluster.duplicate(this.#anyMessage());
  }

  #delayOne(): void {
    const { network } = this.cluster;
    const message = network[this.#anyMessage()];
    if (message === undefined || this.#late.length >= lateMessagesMax) return;
    network.splice(network.indexOf(message), 1);
    this.#late.push(message);
  }

  #arriveLate(): void {
    const [message] = this.#late.splice(this.#below(this.#late.length), 1);
    if (message !== undefined) this.cluster.network.unshift(message);
  }

  #propose(): void {
    const leader = this.#anyLeader();
    if (leader !== undefined) this.#proposeTo(leader);
  }

  #proposeTo(leader: TestServer): void {
    if (!leader.isLeader) return;
    const texts = Array.from({ length: 1 + this.#below(3) }, () => {
      this.proposals += 1;
      return String(this.proposals);
    });
    this.cluster.propose(leader.id, ...texts);
  }

  #read(): void {
    const leader = this.#anyLeader();
    if (leader !== undefined) this.cluster.read(leader.id, this.#chance(0.5) ? 'commit' : 'log');
  }

  #restart(): void {
    this.cluster.restart(this.#anyone().id, this.#below(3), this.#below(3));
  }

  /**
   * A disk loses something, as long as those that forgot and are not made whole again stay a
   * minority: beyond that nothing can be promised.
   */
  #forget(server: TestServer, what: 'all' | 'end of the log' | 'hard state'): void {
    const { cluster } = this;
    // Of a cluster that shrinks any loss may be one too many.
    if (this.#changesMembers) return;
    const isWhole = ({ disk }: TestServer): boolean => disk.hardState.standing === 'member';
    const others = cluster.servers.filter((other) => other !== server && isWhole(other));
    if (others.length * 2 <= cluster.servers.length) return;
    this.forgotten += 1;
    const { log, snapshot } = server.raft;
    const lastIndex = asLogIndex(this.#below(log.lastIndex + 1));
    if (what === 'all') wipe(cluster, server.id);
    else if (what === 'end of the log') damage(cluster, server.id, lastIndex);
    else {
      // Its hard state is gone, and is made anew beside a log that may be whole.
      const kept = Math.max(snapshot.index, lastIndex);
      const term = server.disk.lastTermThrough(asLogIndex(kept));
      const { incarnation, known } = joiningServer(server.id, server.life + 1);
      damage(cluster, server.id, asLogIndex(kept), {
        term,
        votedFor: undefined,
        incarnation,
        known,
      });
    }
  }

  /** Of leaders more often than of others, so that followers come to need it. */
  #snapshot(): void {
    const { cluster } = this;
    const server = (this.#chance(0.5) ? this.#anyLeader() : undefined) ?? this.#anyone();
    if (server.openSnapshot === undefined) openSnapshot(cluster, server.id);
    if (this.#chance(0.7)) commitSnapshot(cluster, server.id, this.#below(4));
  }

  /** Adds or removes a server, if nothing speaks against it. */
  #changeMember(): void {
    const { cluster } = this;
    const leader = this.#anyLeader();
    if (leader === undefined || leader.crashed) return;
    const { members, nextId } = leader.raft.configuration;
    const address = `host${nextId}:9000`;
    const server = members[this.#below(members.length)]?.id ?? leader.id;
    const isAdd = nextId < serversMax && this.#chance(0.5);
    const change = isAdd
      ? ({ type: 'add', address } as const)
      : ({ type: 'remove', server } as const);
    if (leader.raft.obstacleTo(change) !== undefined) return;
    while (isAdd && cluster.servers.length <= nextId) cluster.addMachine();
    cluster.step(leader.id, { type: 'changeMembers', change });
    this.memberChanges += 1;
  }

  #checkpoint(): void {
    const server = this.#anyone();
    if (!server.crashed) this.cluster.step(server.id, { type: 'checkpoint' });
  }

  #campaign(): void {
    const server = this.#anyone();
    if (!server.crashed) this.cluster.step(server.id, { type: 'campaign' });
  }

  #broadcast(): void {
    const server = this.#anyone();
    if (!server.crashed) this.cluster.step(server.id, { type: 'broadcast' });
  }

  #cut(): void {
    const { cluster } = this;
    if (this.#chance(0.5)) cluster.isolate(this.#anyone().id);
    else cluster.cutOneWay(this.#anyone().id, this.#anyone().id);
  }

  /**
   * A leader that hears nothing of its successor: it may not answer from memory, and what it logs
   * meanwhile is longer than it is right.
   */
  #cutOffLeader(): void {
    const leader = this.#anyLeader();
    if (leader === undefined) return;
    this.cluster.isolate(leader.id);
    for (let count = this.#below(5); count > 0; count -= 1) this.#proposeTo(leader);
  }

  /**
   * A leader is elected that its predecessor does not hear of. Who voted for it forgets that, and
   * follows the predecessor again.
   */
  #forgetVote(): void {
    const { cluster } = this;
    const older = this.#anyLeader();
    if (older === undefined) return;
    cluster.isolate(older.id);
    this.#calm(3 * testTiming.electionTicksMax);
    const { leader: newest } = cluster;
    const voters = cluster.servers.filter(
      ({ id, raft }) => raft.votedFor === newest?.id && id !== newest?.id,
    );
    const voter = voters[this.#below(voters.length)];
    if (newest === undefined || newest === older || voter === undefined) return;
    this.#forget(voter, this.#chance(0.5) ? 'all' : 'hard state');
    cluster.heal();
    cluster.isolate(newest.id);
    this.#calm(2 * testTiming.electionTicksMax);
    this.#proposeTo(older);
    this.#calm();
  }

  /** A while in which the network only does what the cuts say: time for an election. */
  #calm(ticks = this.#below(2 * testTiming.electionTicksMax)): void {
    const { cluster } = this;
    const disksHang = this.#chance(0.3);
    for (let tick = 0; tick < ticks; tick += 1) {
      cluster.servers.forEach(({ id }) => cluster.tick(id));
      if (!disksHang) cluster.servers.forEach(({ id }) => cluster.completeWrites(id, 1));
      for (let count = cluster.network.length; count > 0; count -= 1) this.#deliverOldest();
    }
  }

  #deliverOldest(): void {
    if (this.cluster.network.length > 0) this.cluster.deliver();
  }

  /** Any server that believes that it leads, deposed ones too. */
  #anyLeader(): TestServer | undefined {
    const leaders = this.cluster.servers.filter(({ isLeader }) => isLeader);
    return leaders[this.#below(leaders.length)];
  }
}
