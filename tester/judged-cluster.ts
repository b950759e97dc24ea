/**
 * From what the command line names to a cluster that can be judged: servers that run already are
 * found, others are started and in the end stopped.
 */
import { accessWords, readAccess } from './access-files.js';
import { DiscoveryError } from './cluster/discovery-error.js';
import { discoverSeats } from './cluster/discovery.js';
import { LaunchError } from './cluster/launch-error.js';
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
 * Throws `DiscoveryError`, `LaunchError` or `AccessError` when there is nobody to judge,
 * `ScopeClosed` when interrupted.
 */
export async function openJudged(
  judged: Judged,
  timing: Timing,
  world: TesterEnvironment,
): Promise<JudgedCluster> {
  if (judged.kind === 'started') return startCluster(judged, timing, world);
  const { address, configFile } = judged;
  const { defaultFiles } = world;
  const access = readAccess(judged.accessFiles);
  const target = await inScope(world.interrupt, async (scope) => {
    const seats = await discoverSeats({ address, configFile, defaultFiles, timing, access }, scope);
    return surveyTarget(seats, timing, scope, access);
  });
  return { target, close: () => Promise.resolve() };
}

async function startCluster(
  { configFile, serverCommand, accessFiles }: Extract<Judged, { kind: 'started' }>,
  timing: Timing,
  world: TesterEnvironment,
): Promise<JudgedCluster> {
  const access = readAccess(accessFiles);
  const serverOptions = accessWords(accessFiles);
  const dataFolder = makeFolder(world);
  const log = (line: string): void => world.stderr.write(`${line}\n`);
  const isStopped = world.interrupt;
  const { startMs } = timing;
  let cluster;
  try {
    cluster = await launchCluster({
      configFile,
      serverCommand,
      serverOptions,
      dataFolder,
      log,
      startMs,
      isStopped,
    });
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
    const found = await inScope(isStopped, (scope) => surveyTarget(seats, timing, scope, access));
    return { target: { ...found, processes: cluster }, close };
  } catch (error) {
    await close(error instanceof DiscoveryError);
    throw error;
  }
}

function makeFolder(world: TesterEnvironment): string {
  try {
    return world.makeFolder();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const advice = 'TMPDIR must name a folder with room';
    throw new LaunchError(`no folder for the servers' data can be made (${code}); ${advice}`);
  }
}

/** Ends the calls of `work`, by `ScopeClosed`, when the user interrupts or has done so. */
export async function inScope<T>(
  interrupt: AbortSignal,
  work: (scope: CallScope) => Promise<T>,
): Promise<T> {
  const scope = new CallScope();
  const endScope = (): void => scope.close();
  if (interrupt.aborted) endScope();
  interrupt.addEventListener('abort', endScope, { once: true });
  try {
    return await work(scope);
  } finally {
    interrupt.removeEventListener('abort', endScope);
  }
}
