/** Servers of a cluster die by SIGKILL until enough updates were acknowledged all the same. */
import { expect } from 'chai';
import { createRandom } from '../../../src/io/seeded-random.js';
import { fastElections } from './fast-elections.js';
import { Killer } from './killer.js';
import type { useClusters } from './use-clusters.js';
import { Workload } from './workload.js';

const updatesWanted = 200;
/** Between two strikes, at least and at most. */
const updatesPerStrike = [15, 25] as const;

/** Fails when anything that was acknowledged is lost, repeated, or was not to be read. */
export async function surviveKills(
  clusters: ReturnType<typeof useClusters>,
  size: number,
): Promise<void> {
  const cluster = await clusters.start(size, ...fastElections);
  const killer = new Killer(cluster.servers, createRandom(`kill ${size}`));
  const workload = new Workload(cluster);
  while (workload.acknowledged < updatesWanted) {
    await workload.progress(killer.draw(...updatesPerStrike));
    await killer.strike();
  }
  expect(killer.blackouts).to.be.above(0);
  await workload.endAndCheck();
}
