/**
 * Gives the tests of one `describe` their clusters and takes them back, whatever becomes of the
 * tests; after a failed one the logs of its servers are shown.
 */
import { TestCluster } from './test-cluster.js';

export interface Clusters {
  /** A cluster whose servers do not run yet; `args` are options of every server. */
  create(size: number, ...args: readonly string[]): Promise<TestCluster>;
  /** A cluster whose servers all run, with a leader. */
  start(size: number, ...args: readonly string[]): Promise<TestCluster>;
}

/** Call it in a `describe`. `lifetime`: a cluster lasts for one test, or for all of them. */
export function useClusters(lifetime: 'test' | 'suite' = 'test'): Clusters {
  let clusters: TestCluster[] = [];

  afterEach(function () {
    if (this.currentTest?.state !== 'failed') return;
    for (const cluster of clusters) process.stderr.write(cluster.describeLogs());
  });

  const takeBack = async (): Promise<void> => {
    const old = clusters;
    clusters = [];
    await Promise.all(old.map((cluster) => cluster.destroy()));
  };
  if (lifetime === 'test') afterEach(takeBack);
  else after(takeBack);

  const create = async (size: number, ...args: readonly string[]): Promise<TestCluster> => {
    const cluster = await TestCluster.create(size, args);
    clusters.push(cluster);
    return cluster;
  };
  const start = async (size: number, ...args: readonly string[]): Promise<TestCluster> => {
    const cluster = await create(size, ...args);
    await cluster.startAll();
    await cluster.leader();
    return cluster;
  };
  return { create, start };
}
