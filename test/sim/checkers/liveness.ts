/**
 * What must happen once faults stop. Within a majority that is spared, whatever goes on in the
 * rest: a leader, and an end to every call. Once all are spared: equal states everywhere. All
 * bounds are in simulated time, which is ticks.
 */
import { assert, must } from '../../../src/base/assert.js';
import type { Faults } from '../faults.js';
import type { MemberOperator } from '../member-operator.js';
import { describeCall, type CallRecord, type History, type Question } from '../history.js';
import { SimClient } from '../sim-client.js';
import type { SimRandom } from '../sim-random.js';
import type { SimServer } from '../sim-server.js';
import type { SimWorld } from '../sim-world.js';
import { imageChecksum, type ClusterWatch } from './cluster-watch.js';

export interface Ending {
  readonly world: SimWorld;
  readonly random: SimRandom;
  readonly faults: Faults;
  /** Undefined when the members stay who they are. */
  readonly operator: MemberOperator | undefined;
  readonly history: History;
  readonly watch: ClusterWatch;
}

/**
 * After the last fault a leader must lead, and every call must end, within this time. A server
 * whose disk failed looks at it again after 8 s at most.
 */
export const livenessMs = 20_000;

export async function checkLiveness(ending: Ending): Promise<void> {
  const { world, random, faults, watch } = ending;
  if (world.changesMembers) {
    faults.spare(world.present);
    await checkSettled(ending);
  } else {
    const majority = drawMajority(world, random);
    faults.spare(majority);
    await checkAtWork(ending, majority);
    faults.spare(world.servers);
  }
  await checkAtWork(ending, world.members);
  for (const question of lastQuestions) await checkAnswered(ending, question);
  const caughtUp = await world.runUntil(() => isCaughtUp(world), livenessMs);
  assert(
    caughtUp,
    () => `servers differ ${livenessMs} ms after the last fault: ${describeAll(world)}`,
  );
  watch.compareStates();
  const states = new Set(world.members.map(({ up }) => imageChecksum(up.replica.stateMachine)));
  assert(states.size === 1, 'all servers hold the same state');
}

/** Whoever was added becomes a voter by itself, and what was begun is committed or given up. */
async function checkSettled({ world, faults, operator }: Ending): Promise<void> {
  const isSettled = (): boolean => {
    const known = world.servers.length;
    operator?.look();
    if (world.servers.length > known) faults.spare(world.present);
    const status = world.leader?.life?.replica.status();
    if (status?.isConfigurationCommitted !== true) return false;
    const { members } = status.configuration;
    const isHere = world.members.length === members.length;
    return isHere && members.every(({ voter }) => voter) && world.members.every(isMember);
  };
  const settled = await world.runUntil(isSettled, 2 * livenessMs);
  assert(settled, () => `the members do not settle: ${describeAll(world)}`);
}

function isMember({ life }: SimServer): boolean {
  return life?.replica.status().standing === 'member';
}

/** Servers that can lead and commit together, whatever becomes of the others. */
function drawMajority({ servers }: SimWorld, random: SimRandom): readonly SimServer[] {
  const quorum = Math.floor(servers.length / 2) + 1;
  const left = servers.filter((server) => !server.hasForgotten);
  while (left.length > quorum) left.splice(random.integer(0, left.length - 1), 1);
  return left.length < quorum ? servers : left;
}

async function checkAtWork(ending: Ending, spared: readonly SimServer[]): Promise<void> {
  const { world, history } = ending;
  const who = spared.map(({ id }) => id).join(' ');
  const leads = (): boolean => world.servers.some((server) => isFollowed(server, spared));
  const hasLeader = await world.runUntil(leads, livenessMs);
  assert(
    hasLeader,
    () => `servers ${who} have no leader after ${livenessMs} ms: ${describeAll(world)}`,
  );
  const ids = new Set(spared.map(({ id }) => id));
  const pending = (): readonly CallRecord[] =>
    history.pending.filter(({ server }) => ids.has(server));
  const allEnded = await world.runUntil(() => pending().length === 0, livenessMs);
  assert(allEnded, () => `never answered: ${pending().map(describeCall).join('; ')}`);
}

/** Who was removed may never learn what became of its calls. */
export function pendingAtMembers({ members }: SimWorld, history: History): readonly CallRecord[] {
  const ids = new Set(members.map(({ id }) => id));
  return history.pending.filter(({ server }) => ids.has(server));
}

/** Whether it leads, and the others know. */
function isFollowed(leader: SimServer, servers: readonly SimServer[]): boolean {
  if (leader.life?.replica.isLeader() !== true) return false;
  const { term } = leader.life.replica.status();
  return servers.every((server) => {
    const status = server.life?.replica.status();
    return status?.leaderId === leader.id && status.term === term;
  });
}

const lastUpdate = { type: 'update', name: 'last', requestId: undefined } as const;

/** What a healthy cluster answers one after the other, and how. */
const lastQuestions: readonly Question[] = [
  { type: 'readAll' },
  { ...lastUpdate, version: 1, hash: 'last-1' },
  { ...lastUpdate, version: 3, hash: 'last-2' },
  { ...lastUpdate, version: 2, hash: 'last-3' },
  { type: 'read', name: 'last' },
  { type: 'readAll' },
];

async function checkAnswered({ world, history }: Ending, question: Question): Promise<void> {
  const client = new SimClient(world, history, 'last');
  const isRight = (call: CallRecord): boolean =>
    call.end?.type === (question.type === 'update' ? 'updated' : 'seen');
  const ask = async (): Promise<CallRecord> => {
    await world.runUntil(() => world.leader !== undefined, livenessMs);
    const leader = must(world.leader, 'a healthy cluster has a leader');
    return client.send(leader, question, () => undefined).call;
  };
  const untilMs = world.clock.nowMs + livenessMs;
  let call = await ask();
  // Who leads may still change once after the last fault.
  while (!isRight(call) && world.clock.nowMs < untilMs) {
    await world.runUntil(() => call.end !== undefined, untilMs - world.clock.nowMs);
    if (call.end?.type === 'refused') call = await ask();
    else if (call.end !== undefined) break;
  }
  assert(isRight(call), () => `no answer from a healthy cluster: ${describeCall(call)}`);
}

export function isCaughtUp({ members }: SimWorld): boolean {
  const statuses = members.map(({ life }) => life?.replica.status());
  const last = Math.max(...statuses.map((status) => status?.lastLogIndex ?? 0));
  return statuses.every((status) => status?.lastApplied === last && status.standing === 'member');
}

export function describeAll({ servers }: SimWorld): string {
  return servers.map(({ id, view }) => `s${id} ${JSON.stringify(view)}`).join(', ');
}
