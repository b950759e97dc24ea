/**
 * A chaos run: concurrent clients on few hot names, a plan of faults, a watcher; then everything is
 * healed, compared and judged. Whatever happens, all servers are restored before it resolves.
 */
import seedrandom from 'seedrandom';
import { must } from '../../src/base/assert.js';
import { Cluster } from '../cluster/cluster.js';
import type { Target } from '../cluster/target.js';
import type { Finding } from '../history/finding.js';
import { HistoryRecorder } from '../history/history-recorder.js';
import { judgeHistory } from '../history/judge-history.js';
import { formatAddress } from '../wire/address.js';
import { CallScope } from '../wire/call-scope.js';
import type { ChaosOptions } from './chaos-options.js';
import type { ChaosRecord } from './chaos-record.js';
import { ChaosClient, type ClientWorld } from './chaos-client.js';
import { Conditions } from './conditions.js';
import { FaultInjector } from './fault-injector.js';
import { planFaults } from './fault-plan.js';
import { FrozenMaps } from './frozen-maps.js';
import { findMeans, type Means } from './means.js';
import { StateJudge } from './state-judge.js';
import { Strikes } from './strikes.js';
import { Traffic } from './traffic.js';
import { restoreAndElect, settle } from './settlement.js';
import { Watcher } from './watcher.js';
import { HotNames } from './workload.js';

export interface ChaosWorld {
  /** Aborting it ends the faults early; the servers are healed and what was seen is judged. */
  readonly interrupt: AbortSignal;
  /** Gets a line for people every second, and when the run enters another phase. */
  readonly progress: (line: string) => void;
}

/** Operations per second, and of the whole run, which clients do not exceed. */
const operationsPerSecondMax = 400;
const operationsMax = 400_000;
/** Judging a history may take long; what is not decided by then is unknown. */
const judgeMsMax = 30_000;
const progressMs = 1_000;

/** Rejects only for bugs of the tester. */
export async function runChaos(
  target: Target,
  options: ChaosOptions,
  world: ChaosWorld,
): Promise<ChaosRecord> {
  const calls = new CallScope('the run is over');
  const cluster = new Cluster(target, calls, { leaderless: false, nameCount: 0 });
  world.progress('waiting for a leader');
  const beginning = await restoreAndElect(cluster);
  const startedAt = new Date();
  const startMs = performance.now();
  const nowMs = (): number => performance.now() - startMs;
  const record = {
    seed: options.seed,
    replay: options.replay,
    startedAt: startedAt.toISOString(),
    servers: target.reachable.map(({ id, address }) => ({ id, address: formatAddress(address) })),
    clients: options.clients,
  };
  if (beginning.kind !== 'held') {
    const findings = [{ promise: 'the cluster has a leader to begin with', verdict: beginning }];
    const nothing = { faults: [], sightings: [], operations: [] };
    return { ...record, ...nothing, findings, durationMs: nowMs() };
  }
  const [first] = cluster.servers;
  const means = await findMeans(target, must(first, 'a server answers'), options.kill);
  try {
    const seen = await runPhases({ target, options, world, cluster, means, nowMs, calls });
    return { ...record, ...seen, durationMs: nowMs() };
  } catch (error) {
    await cluster.restoreAll();
    throw error;
  } finally {
    calls.close();
  }
}

type Seen = Pick<ChaosRecord, 'faults' | 'sightings' | 'operations' | 'findings'>;

interface RunParts {
  readonly target: Target;
  readonly options: ChaosOptions;
  readonly world: ChaosWorld;
  readonly cluster: Cluster;
  readonly means: Means;
  readonly nowMs: () => number;
  /** Calls that are waited for, come what may; closed by the caller. */
  readonly calls: CallScope;
}

async function runPhases(parts: RunParts): Promise<Seen> {
  const { target, options, world, means, nowMs } = parts;
  const stage = setStage(parts);
  const { strikes, watcher, recorder, injector, clients } = stage;
  const watching = watcher.run();
  const asking = Promise.all(clients.map((client) => client.run()));
  const ticker = setInterval(() => {
    strikes.lookForDeaths();
    world.progress(progressLine(stage, options.seconds * 1_000 - nowMs()));
  }, progressMs);
  const endRest = (): void => stage.rest.close();
  world.interrupt.addEventListener('abort', endRest, { once: true });
  if (world.interrupt.aborted) endRest();
  await injector.run(
    planFaults({
      seed: options.seed,
      seconds: options.seconds,
      serverCount: target.reachable.length,
      kinds: means.kinds,
      oneWay: means.oneWay,
    }),
  );
  world.interrupt.removeEventListener('abort', endRest);
  clearInterval(ticker);
  strikes.lookForDeaths();
  world.progress('restoring and comparing all servers');
  const names = stage.hotNames.until(nowMs());
  const settled = await settle({ ...parts, ...stage, asking, names });
  const faults = strikes.events();
  watcher.stop();
  await watching;
  world.progress(`judging ${recorder.operations.length} operations`);
  const deadline = performance.now() + judgeMsMax;
  const judged = judgeHistory(recorder.operations, () => performance.now() >= deadline);
  const findings = [
    ...judged,
    ...stage.judge.findings(),
    stage.frozenMaps.finding(),
    ...settled,
    ...findingsOfFaults(stage, means),
  ];
  return { faults, sightings: watcher.sightings, operations: recorder.operations, findings };
}

/** Everything that takes part in a run. */
function setStage({ target, options, world, cluster, means, nowMs }: RunParts) {
  const { spelling, access, abilities, processes, timing } = target;
  const seats = target.reachable;
  const runMs = options.seconds * 1_000;
  const hotNames = new HotNames(target.runName, runMs);
  const recorder = new HistoryRecorder();
  const conditions = new Conditions();
  const traffic = new Traffic(nowMs);
  const judge = new StateJudge();
  const rest = new CallScope('the run is over');
  const hotNow = (): readonly string[] => hotNames.at(nowMs());
  const frozenMaps = new FrozenMaps(conditions, hotNow);
  const link = { seats, spelling, access, conditions, traffic, nowMs };
  const watcher = new Watcher({ ...link, tells: means.tells, judge });
  const { servers } = cluster;
  const strikeWorld = {
    ...{ servers, processes, conditions, traffic, watcher, frozenMaps, nowMs, rest },
    interrupt: world.interrupt,
  };
  const strikes = new Strikes(strikeWorld);
  const injector = new FaultInjector({
    world: strikeWorld,
    strikes,
    untilMs: runMs,
    settleMs: timing.settleMs,
  });
  const clientWorld: ClientWorld = {
    ...link,
    recorder,
    names: hotNow,
    restMs:
      1_000 *
      options.clients *
      Math.max(1 / operationsPerSecondMax, options.seconds / operationsMax),
    giveUpMs: timing.giveUpMs,
    readsSingle: abilities.has('getfileinfo'),
  };
  const clientOf = (id: number): ChaosClient =>
    new ChaosClient(id, clientWorld, seedrandom(`client ${id} ${options.seed}`));
  const clients = Array.from({ length: options.clients }, (_, id) => clientOf(id));
  // Asks what is to be asked when all others are done.
  const lastClient = clientOf(options.clients);
  return {
    ...{ hotNames, recorder, conditions, traffic, judge, rest, frozenMaps, watcher, strikes },
    ...{ injector, clients, lastClient, means },
  };
}

type Stage = ReturnType<typeof setStage>;

function progressLine({ recorder, strikes, traffic }: Stage, leftMs: number): string {
  const leader = traffic.leader === undefined ? 'no leader' : `leader ${traffic.leader}`;
  const counts = `${recorder.operations.length} operations, ${strikes.count} faults, ${leader}`;
  return `${Math.max(0, Math.ceil(leftMs / 1_000))} s left, ${counts}`;
}

/** What the faults themselves have shown. */
function findingsOfFaults({ injector, strikes }: Stage, means: Means): readonly Finding[] {
  const findings: Finding[] = [
    judged(
      'between the faults updates are answered',
      'an answer to an update while all servers are restored',
      injector.stall,
      injector.calmCount > 0 ? undefined : 'the run had no time between faults',
    ),
  ];
  if (means.kinds.includes('kill')) {
    const hasKilled = strikes.events().some(({ kind }) => kind === 'kill');
    findings.push(
      judged(
        'a server that was killed comes up again',
        'a server that starts with what it has on disk',
        strikes.startFailures[0],
        hasKilled ? undefined : 'no server was killed in this run',
      ),
      judged('no server ends by itself', 'a process that runs', strikes.deaths[0]),
    );
  }
  if (strikes.refusals[0] !== undefined) {
    const why = strikes.refusals[0];
    findings.push({ promise: 'every fault could be done', verdict: { kind: 'unknown', why } });
  }
  return [...findings, ...means.leftOut];
}

/** `untested` says why there was nothing to be seen. */
function judged(
  promise: string,
  expected: string,
  seen: string | undefined,
  untested?: string,
): Finding {
  if (seen !== undefined) {
    return { promise, verdict: { kind: 'violated', expected, seen, evidence: [] } };
  }
  if (untested !== undefined) return { promise, verdict: { kind: 'unknown', why: untested } };
  return { promise, verdict: { kind: 'held' } };
}
