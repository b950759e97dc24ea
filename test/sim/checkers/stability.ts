/**
 * What must not happen in a healthy cluster: that somebody who was away, or cannot hear the
 * leader, or nothing at all, costs it its leader (thesis, sections 4.2.3 and 9.6).
 */
import { assert, must } from '../../../src/base/assert.js';
import type { ServerId } from '../../../src/base/ids.js';
import type { PeerMessage } from '../../../src/replica/peer-transport.js';
import { healthyDisk } from '../disk/sim-disk.js';
import { describeCall, type Question } from '../history.js';
import { SimClient } from '../sim-client.js';
import type { SimServer } from '../sim-server.js';
import type { SimWorld, WorldObserver } from '../sim-world.js';
import { checkDeposedLeader } from './deposed-leader.js';
import { describeAll, type Ending } from './liveness.js';

/** Longer than any election timeout. */
const awayMs = 1_500;

/** Two of the longest election timeouts to notice and two to elect, with room for a split vote. */
const replacedMs = 4_000;

type Disturbance = (world: SimWorld, server: SimServer, leader: SimServer) => void;

const disturbances: Readonly<Record<string, Disturbance>> = {
  'hears nobody and is heard by nobody': ({ network }, server) => {
    network.part([server.id], 'both');
  },
  'hears nobody': ({ network }, server) => {
    network.part([server.id], 'in');
  },
  'is parted from the leader only': ({ network }, server, leader) => {
    network.blockBoth(server.id, leader.id);
  },
  'does not hear the leader': ({ network }, server, leader) => {
    network.block(leader.id, server.id);
  },
};

export async function checkStability(ending: Ending): Promise<void> {
  const { world, random } = ending;
  await world.runFor(1_000);
  // Who was removed and does not know it may ask: nobody listens.
  const votes = new VoteCounter(new Set(world.members.map(({ id }) => id)));
  world.watch(votes);
  await world.runFor(awayMs);
  assert(votes.count === 0, () => `${votes.count} requests for votes in a healthy cluster`);
  if (world.members.length < 3) return;
  const leader = must(world.leader, 'a healthy cluster has a leader');
  const { term } = leader.up.replica.status();
  // One of them for each seed: there are many seeds.
  const [what, disturb] = random.pick(Object.entries(disturbances));
  const server = random.pick(world.members.filter((other) => other !== leader));
  world.note('fault', `s${server.id}`, () => what);
  disturb(world, server, leader);
  await world.runFor(awayMs);
  checkLeads(world, leader, term, `while server ${server.id} ${what}`);
  world.network.heal();
  await world.runFor(awayMs);
  checkLeads(world, leader, term, `after server ${server.id} was away, which ${what}`);
  await checkHangingLeader(ending);
  await checkDeposedLeader(ending);
}

/** A leader whose disk hangs must make room, or its heartbeats keep the cluster from working. */
async function checkHangingLeader({ world, history }: Ending): Promise<void> {
  const leader = must(world.leader, 'a healthy cluster has a leader');
  world.note('fault', `s${leader.id}`, () => 'its disk hangs');
  leader.disk.health = { ...healthyDisk, isHanging: true };
  const client = new SimClient(world, history, 'hung');
  const update: Question = {
    type: 'update',
    name: 'hung',
    version: 1,
    hash: 'hung-1',
    requestId: undefined,
  };
  const { call } = client.send(leader, update, () => undefined);
  const isReplaced = (): boolean => world.leader !== undefined && world.leader !== leader;
  const replaced = await world.runUntil(isReplaced, replacedMs);
  assert(
    replaced,
    () => `no other leader ${replacedMs} ms after the disk of the leader began to hang`,
  );
  const ended = await world.runUntil(() => call.end !== undefined, replacedMs);
  assert(ended, () => `not answered while the disk hangs: ${describeCall(call)}`);
  leader.disk.health = healthyDisk;
  await world.runFor(awayMs);
}

function checkLeads(world: SimWorld, leader: SimServer, term: number, when: string): void {
  const status = leader.up.replica.status();
  const isSame = status.role === 'leader' && status.term === term;
  assert(
    isSame,
    () => `healthy leader ${leader.id} of term ${term} deposed ${when}: ${describeAll(world)}`,
  );
}

class VoteCounter implements WorldObserver {
  readonly #members: ReadonlySet<ServerId>;
  count = 0;

  constructor(members: ReadonlySet<ServerId>) {
    this.#members = members;
  }

  requestLeaves(from: ServerId, _to: ServerId, request: PeerMessage): void {
    if (request.type === 'requestVote' && this.#members.has(from)) this.count += 1;
  }

  responseLeaves(): void {
    // Only who asks is of interest.
  }

  written(): void {
    // Only messages are of interest.
  }

  stepped(): void {
    // Only messages are of interest.
  }
}
