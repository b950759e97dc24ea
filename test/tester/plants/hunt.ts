/**
 * Starts a cluster of real servers with a bug planted in them, and has the tester judge it as it
 * would judge anybody's: over the public API, with its own times.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surveyTarget, type Target } from '../../../tester/cluster/target.js';
import { standardTiming } from '../../../tester/cluster/timing.js';
import { launchCluster } from '../../../tester/launch/launch-cluster.js';
import type { CheckResult } from '../../../tester/suite/reporter.js';
import { runSuite } from '../../../tester/suite/runner.js';
import { selectChecks, standardSuite } from '../../../tester/suite/suite.js';
import { CallScope } from '../../../tester/wire/call-scope.js';
import { findClusterPorts } from '../../e2e/support/cluster-ports.js';
import { fastElections } from '../../e2e/support/fast-elections.js';
import type { Plant } from '../../sim/plants/plant.js';
import { PlantedBuild } from '../../sim/plants/planted-build.js';
import type { ServerPlant, Trial } from './server-plant.js';

const usualSize = 3;

/** What came of one trial. */
export interface Sight {
  readonly trial: Trial;
  /** Whether the failure said the right words. */
  readonly isCaught: boolean;
  /** What the tester said. */
  readonly message: string;
  /** From the moment at which all servers answered. */
  readonly durationMs: number;
}

export async function hunt(plant: ServerPlant): Promise<readonly Sight[]> {
  const results = await judgePlanted(plant, {
    size: plant.size ?? usualSize,
    only: plant.trials.map(({ title }) => title),
  });
  return plant.trials.map((trial) => sightOf(trial, results));
}

function sightOf(trial: Trial, results: readonly CheckResult[]): Sight {
  const [result, ...others] = results.filter(({ check }) =>
    `${check.group}: ${check.name}`.includes(trial.title),
  );
  if (result === undefined || others.length > 0) {
    throw new Error(`"${trial.title}" is to name one check, not ${others.length + 1}`);
  }
  const { verdict, durationMs } = result;
  const message = verdict.kind === 'failed' ? verdict.failure.message : verdict.kind;
  return { trial, isCaught: trial.words.test(message), message, durationMs };
}

interface PlantedRun {
  readonly size: number;
  readonly only: readonly string[];
}

/** The results of some checks on a cluster of planted servers. */
export async function judgePlanted(
  plant: Plant,
  { size, only }: PlantedRun,
): Promise<readonly CheckResult[]> {
  return withPlanted(plant, size, async (target) => {
    const results: CheckResult[] = [];
    await runSuite({
      checks: selectChecks(standardSuite, only),
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

async function withPlanted<T>(
  plant: Plant,
  size: number,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const build = new PlantedBuild(plant, ['src']);
  const dataFolder = mkdtempSync(join(tmpdir(), 'surfraft-planted-'));
  const scope = new CallScope();
  try {
    const cluster = await launchCluster({
      configFile: await writeConfig(dataFolder, size),
      serverCommand: commandOf(build.folder),
      dataFolder,
      log: () => undefined,
      isStopped: new AbortController().signal,
    });
    try {
      const found = await surveyTarget(cluster.seats, standardTiming, scope);
      return await use({ ...found, processes: cluster });
    } finally {
      await cluster.stop();
    }
  } finally {
    scope.close();
    rmSync(dataFolder, { recursive: true });
    build.remove();
  }
}

async function writeConfig(folder: string, size: number): Promise<string> {
  const ports = await findClusterPorts(size);
  const lines = ports.map((port, id) => `metadata${id}: localhost:${port}\n`);
  const file = join(folder, 'cluster.txt');
  writeFileSync(file, `M: ${size}\n${lines.join('')}`);
  return file;
}

function commandOf(buildFolder: string): string {
  const program = join(buildFolder, 'src/cli/run-server.js');
  const options = ['--data-dir', '{data}', '--log-level', 'warn', ...fastElections];
  return [process.execPath, program, '{config}', '{id}', ...options]
    .map((word) => `"${word}"`)
    .join(' ');
}
