/**
 * Runs the tester against a fake cluster with short times and collects what it says.
 */
import { CallScope } from '../../tester/wire/call-scope.js';
import { discoverSeats } from '../../tester/cluster/discovery.js';
import { parseAddress } from '../../tester/wire/address.js';
import type { Check } from '../../tester/suite/check.js';
import type { CheckResult, Reporter, Summary } from '../../tester/suite/reporter.js';
import { runSuite } from '../../tester/suite/runner.js';
import { selectChecks, standardSuite } from '../../tester/suite/suite.js';
import { surveyTarget } from '../../tester/cluster/target.js';
import type { Timing } from '../../tester/cluster/timing.js';
import { must } from '../../src/base/assert.js';
import { FakeCluster } from './fake-cluster.js';
import type { Bug } from './fake-bugs.js';

/** Generous where a slow machine could hurt, short where the tester only watches. */
export const fastTiming: Timing = {
  callMs: 5_000,
  electionLimitMs: 1_000,
  catchUpLimitMs: 1_000,
  promptLimitMs: 1_000,
  visibleMedianMs: 30,
  settleMs: 5_000,
  impatientMs: 100,
  holdMs: 60,
  quietMs: 60,
  pollMs: 2,
  giveUpMs: 2_500,
  startMs: 30_000,
  checkMs: 30_000,
};

/** Short limits, for bugs that show by a wait that runs out. */
export const impatientTiming: Timing = {
  ...fastTiming,
  callMs: 250,
  catchUpLimitMs: 100,
  promptLimitMs: 100,
  settleMs: 250,
};

export interface Judgement {
  readonly summary: Summary;
  readonly results: readonly CheckResult[];
}

export interface JudgeRequest {
  readonly cluster: FakeCluster;
  readonly timing: Timing;
  /** Instead of the standard suite. */
  readonly suite?: readonly Check[];
  readonly only?: readonly string[];
  readonly interrupt?: AbortSignal;
  /** The tester counts as the one who started the servers. */
  readonly ownsServers?: boolean;
  readonly onStarted?: () => void;
}

/** Judges a started cluster by its first server. */
export async function judge(request: JudgeRequest): Promise<Judgement> {
  const { cluster, timing } = request;
  const scope = new CallScope();
  const address = must(parseAddress(cluster.addressOf(0)), 'the fake has an address');
  const seats = await discoverSeats(
    { address, configFile: undefined, defaultFiles: [], timing },
    scope,
  );
  const results: CheckResult[] = [];
  const reporter: Reporter = {
    begin: () => undefined,
    progress: () => request.onStarted?.(),
    finished: (result) => void results.push(result),
    end: () => undefined,
  };
  const target = await surveyTarget(seats, timing, scope);
  const summary = await runSuite({
    checks: selectChecks(request.suite ?? standardSuite, request.only ?? []),
    target: request.ownsServers === true ? { ...target, processes: cluster } : target,
    reporter,
    interrupt: request.interrupt ?? new AbortController().signal,
  });
  return { summary, results };
}

/** The failures of a run, as lines for messages and assertions. */
export function failuresOf(judgement: Judgement): readonly string[] {
  return judgement.results.flatMap(({ check, verdict }) =>
    verdict.kind === 'failed' ? [`${check.group}: ${check.name}: ${verdict.failure.message}`] : [],
  );
}

/** Starts a cluster, hands it to `use`, stops it. */
export async function withFake<T>(
  shape: { readonly size: number; readonly bugs?: readonly Bug[]; readonly without?: string[] },
  use: (cluster: FakeCluster) => Promise<T>,
): Promise<T> {
  const cluster = new FakeCluster(shape.size, shape.bugs, shape.without);
  await cluster.start();
  try {
    return await use(cluster);
  } finally {
    await cluster.stop();
  }
}
