/** The servers and fronts of a run of the site, as processes. */
import { join } from 'node:path';
import { retry } from '../systems/processes.js';
import { freePorts } from '../systems/free-port.js';
import { projectRoot } from '../systems/project-root.js';
import { SurfRaftCluster } from '../systems/surfraft-cluster.js';
import { host, startSecondsMax, type World } from '../systems/world.js';

const servers = 3;
const fronts = 2;

export interface SiteStage {
  readonly cluster: SurfRaftCluster;
  /** Ports of the fronts. */
  readonly fronts: readonly number[];
}

/** Whoever made the world ends the processes. */
export async function openSiteStage(world: World): Promise<SiteStage> {
  const cluster = await SurfRaftCluster.start(world, servers);
  const ports = await freePorts(fronts);
  const program = join(projectRoot, 'build/src/cli/surfraft.js');
  await Promise.all(
    ports.map(async (port) => {
      const args = ['site', cluster.configPath, '-p', String(port), '--host', host];
      world.processes.start(process.execPath, [program, ...args], 'SIGTERM');
      await retry(`a front at port ${port}`, startSecondsMax, async () => {
        const { status } = await fetch(`http://${host}:${port}/`);
        return status === 200 ? true : undefined;
      });
    }),
  );
  return { cluster, fronts: ports };
}
