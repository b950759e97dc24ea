/**
 * Has the tester judge a cluster with a planted bug as it would judge anybody's: over the public
 * API, with its own times.
 */
import { unreachable } from '../../../src/base/assert.js';
import { chaosResults } from '../../../tester/chaos/chaos-results.js';
import { runChaos } from '../../../tester/chaos/run-chaos.js';
import type { CheckResult } from '../../../tester/suite/reporter.js';
import { runSuite } from '../../../tester/suite/runner.js';
import { selectChecks, standardSuite } from '../../../tester/suite/suite.js';
import type { Plant } from '../../sim/plants/plant.js';
import { withPlanted } from './planted-cluster.js';
import type { ChaosTrial, ServerPlant, Trial } from './server-plant.js';

const usualSize = 3;
const chaosClients = 8;

/** What came of one trial. */
export interface Sight {
  readonly trial: Trial;
  /** Whether the failure said the right words. */
  readonly isCaught: boolean;
  /** What the tester said. */
  readonly message: string;
  /** Of a check; of chaos all that was run, judging included. */
  readonly durationMs: number;
}

export async function hunt(plant: ServerPlant): Promise<readonly Sight[]> {
  const size = plant.size ?? usualSize;
  const titles = plant.trials.flatMap((trial) => (trial.kind === 'check' ? [trial.title] : []));
  const checked = titles.length === 0 ? [] : await judgePlanted(plant, size, titles);
  const sights: Sight[] = [];
  for (const trial of plant.trials) {
    switch (trial.kind) {
      case 'check':
        sights.push(sightOf(trial, checked));
        break;
      case 'chaos':
        sights.push(await shake(plant, size, trial));
        break;
      default:
        unreachable(trial);
    }
  }
  return sights;
}

function sightOf(trial: Trial, results: readonly CheckResult[]): Sight {
  const [result, ...others] = results.filter(({ check }) =>
    `${check.group}: ${check.name}`.includes(trial.title),
  );
  if (result === undefined || others.length > 0) {
    throw new Error(`"${trial.title}" is to name one check, and does not`);
  }
  const { verdict } = result;
  const message = verdict.kind === 'failed' ? verdict.failure.message : verdict.kind;
  const { durationMs } = result;
  return { trial, isCaught: trial.words.test(message), message, durationMs };
}

/** The first sight of the promise broken, or the last of it kept. */
async function shake(plant: Plant, size: number, trial: ChaosTrial): Promise<Sight> {
  let durationMs = 0;
  for (let seed = 1; ; seed += 1) {
    const results = await shakePlanted(plant, size, { seed, seconds: trial.seconds });
    const sight = sightOf(trial, results);
    durationMs += sumOf(results);
    if (sight.isCaught || seed >= trial.seedsMax) return { ...sight, durationMs };
  }
}

function sumOf(results: readonly CheckResult[]): number {
  return results.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/** The results of the checks with these titles on `size` planted servers. */
export async function judgePlanted(
  plant: Plant,
  size: number,
  titles: readonly string[],
): Promise<readonly CheckResult[]> {
  return withPlanted(plant, size, async (target) => {
    const results: CheckResult[] = [];
    await runSuite({
      checks: selectChecks(standardSuite, titles),
      act: undefined,
      target,
      reporter: {
        begin: () => undefined,
        progress: () => undefined,
        finished: (result) => void results.push(result),
        end: () => undefined,
      },
      interrupt: new AbortController().signal,
    });
    return results;
  });
}

/** What a run of chaos finds on `size` planted servers. */
async function shakePlanted(
  plant: Plant,
  size: number,
  run: { readonly seed: number; readonly seconds: number },
): Promise<readonly CheckResult[]> {
  return withPlanted(plant, size, async (target) => {
    const seed = String(run.seed);
    const { seconds } = run;
    const options = { seed, seconds, kill: true, clients: chaosClients, replay: `seed ${seed}` };
    const world = { interrupt: new AbortController().signal, progress: () => undefined };
    return chaosResults(await runChaos(target, options, world));
  });
}
