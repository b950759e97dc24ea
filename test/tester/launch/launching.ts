/**
 * Clusters that tests start as processes: a folder, a configuration with free ports, and an end.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchCluster, type LaunchedCluster } from '../../../tester/launch/launch-cluster.js';
import { findClusterPorts } from '../../e2e/support/cluster-ports.js';

export interface Site {
  readonly folder: string;
  readonly configFile: string;
  readonly ports: readonly number[];
}

/** A folder with a configuration of `size` servers, removed after `use`. */
export async function withSite(size: number, use: (site: Site) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'surfraft-launch-'));
  const ports = await findClusterPorts(size);
  const lines = ports.map((port, id) => `metadata${id}: 127.0.0.1:${port}\n`);
  const configFile = join(folder, 'cluster.txt');
  await writeFile(configFile, `M: ${size}\n${lines.join('')}`);
  await mkdir(join(folder, 'data'));
  try {
    await use({ folder, configFile, ports });
  } finally {
    await rm(folder, { recursive: true, maxRetries: 5 });
  }
}

/** `use` gets the running cluster and what it logged so far; the cluster is stopped after it. */
export async function withLaunched(
  site: Site,
  serverCommand: string | undefined,
  use: (cluster: LaunchedCluster, logged: readonly string[]) => Promise<void>,
): Promise<void> {
  const logged: string[] = [];
  const cluster = await launch(site, serverCommand, (line) => void logged.push(line));
  try {
    await use(cluster, logged);
  } finally {
    await cluster.stop();
  }
}

export function launch(
  site: Site,
  serverCommand: string | undefined,
  log: (line: string) => void = () => undefined,
): Promise<LaunchedCluster> {
  return launchCluster({
    configFile: site.configFile,
    serverCommand,
    dataFolder: join(site.folder, 'data'),
    log,
    startMs: 30_000,
    isStopped: new AbortController().signal,
  });
}
