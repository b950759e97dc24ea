/** Fronts of the site as the processes that a user would start. */
import { join } from 'node:path';
import { must } from '../../../src/base/assert.js';
import { findFreePorts } from '../../cli/free-ports.js';
import { projectRoot } from '../../tidy/source-text.js';
import { ServerUnderTest } from './server-under-test.js';
import type { TestCluster } from './test-cluster.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');

/** Opens a front of the cluster, which serves; `args` are more of its command line. */
export type OpenFront = (
  cluster: TestCluster,
  ...args: readonly string[]
) => Promise<ServerUnderTest>;

/** Call it in a `describe`: its fronts end with each test. */
export function useFronts(): OpenFront {
  const fronts: ServerUnderTest[] = [];

  afterEach(async () => {
    for (const front of fronts.splice(0)) if (front.isRunning) await front.end('SIGKILL');
  });

  return async ({ configPath }, ...args) => {
    const port = must((await findFreePorts(1))[0], 'a port');
    const words = ['site', configPath, '-p', String(port), '-l', ...args];
    const front = new ServerUnderTest(fronts.length, port, words, program);
    fronts.push(front);
    await front.start();
    return front;
  };
}
