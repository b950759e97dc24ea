/**
 * One simulated run: a safety phase in which anything may fail and nothing may be wrong, then a
 * liveness phase in which nothing fails and everything must come to an end. Throws what a checker
 * found.
 */
import { assert, must } from '../../src/base/assert.js';
import { checkHistory } from './checkers/check-history.js';
import { ClusterWatch } from './checkers/cluster-watch.js';
import { PromiseWatch } from './checkers/promise-watch.js';
import { faultKinds, Faults, type FaultKind } from './faults.js';
import { describeCall, History, type CallRecord, type Question } from './history.js';
import { seenFiles, SimClient } from './sim-client.js';
import { SimRandom } from './sim-random.js';
import { SimWorld } from './sim-world.js';
import type { Trace } from './trace.js';
import { Workload } from './workload.js';

export interface SimulationOptions {
  readonly seed: number;
  /** Simulated time of the safety phase. */
  readonly safetyMs: number;
  readonly trace?: Trace;
}

/** What a seed decided, and how much happened. */
export interface SimulationReport {
  readonly serverCount: number;
  readonly faults: readonly FaultKind[];
  readonly calls: number;
  readonly updates: number;
  readonly falses: number;
  readonly reads: number;
  readonly committed: number;
  readonly termsLed: number;
}

/** After the last fault a leader must lead, and every call must end, within this time. */
const livenessMs = 5_000;

export function simulate(options: SimulationOptions): SimulationReport {
  const { seed, trace } = options;
  const draw = new SimRandom(seed ^ 0x5eed);
  const serverCount = draw.pick([1, 2, 3, 3, 3, 4, 5, 5]);
  const world = new SimWorld({ seed, serverCount, ...(trace === undefined ? {} : { trace }) });
  const watch = new ClusterWatch(world);
  world.watch(watch);
  world.watch(new PromiseWatch(world));
  const history = new History();
  const kinds = draw.some(faultKinds, draw.pick([0.2, 0.5, 0.8]));
  const faults = new Faults({
    world,
    random: draw.fork(),
    kinds,
    everyMs: { min: 20, max: draw.pick([200, 800, 2_000]) },
    mendProbability: draw.pick([0.2, 0.5]),
  });
  const workload = drawWorkload(world, history, draw);
  world.note('all', () => `seed ${seed}: ${serverCount} servers, faults: ${kinds.join(', ')}`);
  world.startAll();
  workload.start();
  faults.start();
  for (let spentMs = 0; spentMs < options.safetyMs; spentMs += 500) {
    world.runFor(500);
    watch.compareStates();
  }
  workload.stop();
  faults.endAndMend();
  checkLiveness(world, history, watch);
  checkHistory(history.calls, watch.committed.entries);
  return report(serverCount, kinds, history, watch);
}

function drawWorkload(world: SimWorld, history: History, draw: SimRandom): Workload {
  return new Workload({
    world,
    history,
    random: draw.fork(),
    clientCount: draw.integer(1, 8),
    fileCount: draw.integer(1, 5),
    thinkMs: { min: 0, max: draw.pick([2, 20, 100]) },
    patienceMs: { min: 20, max: draw.pick([300, 3_000, 100_000]) },
    crashInAnswerProbability: draw.chance(0.3) ? 0.01 : 0,
  });
}

function checkLiveness(world: SimWorld, history: History, watch: ClusterWatch): void {
  const startedMs = world.clock.nowMs;
  const hasLeader = world.runUntil(() => world.leader !== undefined, livenessMs);
  assert(hasLeader, `no leader ${livenessMs} ms after the last fault`);
  const allEnded = world.runUntil(() => history.pending.length === 0, livenessMs);
  assert(allEnded, `never answered: ${history.pending.map(describeCall).join('; ')}`);
  for (const question of lastQuestions) checkAnswered(world, history, question);
  const caughtUp = world.runUntil(() => isCaughtUp(world), livenessMs);
  assert(caughtUp, `servers differ ${world.clock.nowMs - startedMs} ms after the last fault`);
  watch.compareStates();
  const states = world.lives.map(({ files }) => JSON.stringify([...seenFiles(files)].sort()));
  assert(new Set(states).size === 1, 'all servers hold the same files');
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

function checkAnswered(world: SimWorld, history: History, question: Question): void {
  const client = new SimClient(world, history, 'last');
  const isRight = (call: CallRecord): boolean =>
    call.end?.type === (question.type === 'update' ? 'updated' : 'seen');
  const ask = (): CallRecord => {
    world.runUntil(() => world.leader !== undefined, livenessMs);
    const leader = must(world.leader, 'a healthy cluster has a leader');
    return client.send(leader, question, () => undefined).call;
  };
  let call = ask();
  world.runUntil(() => {
    // Who leads may still change once after the last fault.
    if (call.end?.type === 'refused') call = ask();
    return isRight(call);
  }, livenessMs);
  assert(isRight(call), `no answer from a healthy cluster: ${describeCall(call)}`);
}

function isCaughtUp(world: SimWorld): boolean {
  const statuses = world.lives.map(({ replica }) => replica.status());
  const last = Math.max(...statuses.map((status) => status.lastLogIndex));
  return statuses.every((status) => status.lastApplied === last);
}

function report(
  serverCount: number,
  faults: readonly FaultKind[],
  history: History,
  watch: ClusterWatch,
): SimulationReport {
  const { calls } = history;
  const answers = calls.flatMap(({ end }) => (end?.type === 'updated' ? [end.updated] : []));
  return {
    serverCount,
    faults,
    calls: calls.length,
    updates: answers.filter((updated) => updated).length,
    falses: answers.filter((updated) => !updated).length,
    reads: calls.filter(({ end }) => end?.type === 'seen').length,
    committed: watch.committed.entries.length,
    termsLed: watch.termsLed,
  };
}
