/**
 * From what the command line names to a cluster that can be judged: servers that run already are
 * found, others are started and in the end stopped.
 */
import { DiscoveryError } from './cluster/discovery-error.js';
import { discoverSeats } from './cluster/discovery.js';
import { surveyTarget, type Target } from './cluster/target.js';
import type { Timing } from './cluster/timing.js';
import { launchCluster } from './launch/launch-cluster.js';
import type { Judged } from './request.js';
import type { TesterEnvironment } from './tester-environment.js';
import { CallScope } from './wire/call-scope.js';

export interface JudgedCluster {
  readonly target: Target;
  /** Ends what was started; its data stay for a look when something failed. */
  close(somethingFailed: boolean): Promise<void>;
}

/**
 * Throws `DiscoveryError` or `LaunchError` when there is nobody to judge, `ScopeClosed` when
 * interrupted.
 */
export async function openJudged(
  judged: Judged,
  timing: Timing,
  world: TesterEnvironment,
): Promise<JudgedCluster> {
  if (judged.kind === 'started') return startCluster(judged, timing, world);
  const { address, configFile } = judged;
  const { defaultFiles } = world;
  const target = await inScope(world.interrupt, async (scope) => {
    const seats = await discoverSeats({ address, configFile, defaultFiles, timing }, scope);
    return surveyTarget(seats, timing, scope);
  });
  return { target, close: () => Promise.resolve() };
}

async function startCluster(
  { configFile, serverCommand }: Extract<Judged, { kind: 'started' }>,
  timing: Timing,
  world: TesterEnvironment,
): Promise<JudgedCluster> {
  const dataFolder = world.makeFolder();
  const log = (line: string): void => world.stderr.write(`${line}\n`);
  const isStopped = world.interrupt;
  let cluster;
  try {
    cluster = await launchCluster({ configFile, serverCommand, dataFolder, log, isStopped });
  } catch (error) {
    world.removeFolder(dataFolder);
    throw error;
  }
  const close = async (somethingFailed: boolean): Promise<void> => {
    await cluster.stop();
    if (somethingFailed) log(`The servers' data are kept in ${dataFolder}`);
    else world.removeFolder(dataFolder);
  };
  try {
    const { seats } = cluster;
    const found = await inScope(isStopped, (scope) => surveyTarget(seats, timing, scope));
    return { target: { ...found, processes: cluster }, close };
  } catch (error) {
    await close(error instanceof DiscoveryError);
    throw error;
  }
}

/** Ends the calls of `work` when the user interrupts. */
async function inScope<T>(
  interrupt: AbortSignal,
  work: (scope: CallScope) => Promise<T>,
): Promise<T> {
  const scope = new CallScope();
  const endScope = (): void => scope.close();
  interrupt.addEventListener('abort', endScope, { once: true });
  try {
    return await work(scope);
  } finally {
    interrupt.removeEventListener('abort', endScope);
  }
}
