/** A cluster of real servers, all with the same bug, as processes of the tester's own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surveyTarget, type Target } from '../../../tester/cluster/target.js';
import { standardTiming } from '../../../tester/cluster/timing.js';
import { launchCluster } from '../../../tester/launch/launch-cluster.js';
import { CallScope } from '../../../tester/wire/call-scope.js';
import { findClusterPorts } from '../../e2e/support/cluster-ports.js';
import { fastElections } from '../../e2e/support/fast-elections.js';
import type { Plant } from '../../sim/plants/plant.js';
import { PlantedBuild } from '../../sim/plants/planted-build.js';

/** Starts the servers, hands them to `use`, ends them and forgets all that they wrote. */
export async function withPlanted<T>(
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
      // Servers with bugs may well end: the tester is to see it from outside.
      log: () => undefined,
      startMs: standardTiming.startMs,
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
