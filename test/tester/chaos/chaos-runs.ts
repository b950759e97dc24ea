/**
 * Chaos runs of tests: short ones, with their findings in lines.
 */
import { must } from '../../../src/base/assert.js';
import type { ChaosOptions } from '../../../tester/chaos/chaos-options.js';
import type { ChaosRecord } from '../../../tester/chaos/chaos-record.js';
import { runChaos, type ChaosWorld } from '../../../tester/chaos/run-chaos.js';
import { surveyTarget, type Target } from '../../../tester/cluster/target.js';
import type { Timing } from '../../../tester/cluster/timing.js';
import { parseAddress } from '../../../tester/wire/address.js';
import { CallScope } from '../../../tester/wire/call-scope.js';
import type { FakeCluster } from '../fake-cluster.js';

export async function targetOf(cluster: FakeCluster, timing: Timing): Promise<Target> {
  const seats = cluster.model.replicas.map(({ id }) => ({
    id,
    address: must(parseAddress(cluster.addressOf(id)), 'the fake has an address'),
  }));
  return surveyTarget(seats, timing, new CallScope());
}

export function run(
  target: Target,
  options: Partial<ChaosOptions>,
  world: Partial<ChaosWorld> = {},
): Promise<ChaosRecord> {
  return runChaos(
    target,
    { seed: '1', seconds: 3, clients: 6, kill: false, replay: 'again', ...options },
    { interrupt: new AbortController().signal, progress: () => undefined, ...world },
  );
}

/** The promises that are broken, each with what was seen. */
export function violationsOf({ findings }: ChaosRecord): readonly string[] {
  return findings.flatMap(({ promise, verdict }) =>
    verdict.kind === 'violated' ? [`${promise}: ${verdict.seen}`] : [],
  );
}

/** The promises of which nothing is proven, each with the reason. */
export function unknownsOf({ findings }: ChaosRecord): readonly string[] {
  return findings.flatMap(({ promise, verdict }) =>
    verdict.kind === 'unknown' ? [`${promise}: ${verdict.why}`] : [],
  );
}
