/**
 * A cluster of the tester's own: every server of a configuration file, each as a process group on
 * this machine. None of them outlives the tester; that it was killed itself only ours notice.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { must } from '../../src/base/assert.js';
import { parseClusterConfig } from '../../src/config/parse-cluster-config.js';
import { LaunchError } from '../cluster/launch-error.js';
import type { Processes } from '../cluster/processes.js';
import { formatAddress } from '../wire/address.js';
import type { Seat } from '../wire/server.js';
import { ownServerCommand, parseServerCommand } from './server-command.js';
import { ServerProcess } from './server-process.js';

export interface LaunchOptions {
  readonly configFile: string;
  /** The user's own command for servers of another make; undefined starts ours. */
  readonly serverCommand: string | undefined;
  /** More options for our own servers. */
  readonly serverOptions?: readonly string[] | undefined;
  /** Gets a folder for each server. It is the caller's to make and to remove. */
  readonly dataFolder: string;
  /** Told of servers that end by themselves; a line may have several lines. */
  readonly log: (line: string) => void;
  /** A server that takes no connections after this time has not come up. */
  readonly startMs: number;
  /** Aborting it ends the start-up. */
  readonly isStopped: AbortSignal;
}

export interface LaunchedCluster extends Processes {
  readonly seats: readonly Seat[];
  /** Ends all servers; resolves when the last is gone. */
  stop(): Promise<void>;
}

/**
 * Resolves when every server takes connections. Throws `LaunchError`, and leaves nothing running,
 * when the file or the command cannot be used, an address is taken, or a server does not come up.
 */
export async function launchCluster(options: LaunchOptions): Promise<LaunchedCluster> {
  const { dataFolder, log, startMs } = options;
  const configFile = resolve(options.configFile);
  const command =
    options.serverCommand === undefined
      ? ownServerCommand(options.serverOptions)
      : parseServerCommand(options.serverCommand);
  const processes = readSeats(options.configFile).map((seat) => {
    const place = { configFile, id: seat.id, dataFolder: join(dataFolder, `server-${seat.id}`) };
    mkdirSync(place.dataFolder, { recursive: true });
    return new ServerProcess({ seat, command: command(place), log, startMs });
  });
  await expectFreeAddresses(processes);
  const cluster = new LaunchedGroup(processes);
  const failures: LaunchError[] = [];
  try {
    await Promise.all(
      processes.map((each) =>
        each.start(options.isStopped).catch((error: unknown) => {
          if (!(error instanceof LaunchError)) throw error;
          failures.push(error);
        }),
      ),
    );
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  if (failures.length === 0) return cluster;
  await cluster.stop();
  throw new LaunchError(failures.map(({ message }) => message).join('\n'));
}

function readSeats(configFile: string): readonly Seat[] {
  let text: string;
  try {
    text = readFileSync(configFile, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new LaunchError(`${configFile}: cannot be read (${code})`);
  }
  const parsed = parseClusterConfig(text, configFile);
  if (parsed.kind === 'error') throw new LaunchError(parsed.errors.join('\n'));
  return parsed.config.servers.map(({ id, host, port }) => ({ id, address: { host, port } }));
}

/** Whoever listens there would be judged in the place of the server that is to be started. */
async function expectFreeAddresses(processes: readonly ServerProcess[]): Promise<void> {
  const taken = await Promise.all(processes.map((each) => each.takesConnections()));
  const addresses = processes
    .filter((_each, position) => taken[position] === true)
    .map(({ seat }) => formatAddress(seat.address));
  if (addresses.length === 0) return;
  const advice = 'end what listens there, or judge it without --start';
  throw new LaunchError(`${addresses.join(' and ')} already in use: ${advice}`);
}

class LaunchedGroup implements LaunchedCluster {
  readonly seats: readonly Seat[];
  readonly #processes: ReadonlyMap<number, ServerProcess>;
  readonly #killAllNow = (): void => {
    for (const each of this.#processes.values()) each.killNow();
  };

  constructor(processes: readonly ServerProcess[]) {
    this.seats = processes.map(({ seat }) => seat);
    this.#processes = new Map(processes.map((each) => [each.seat.id, each]));
    process.on('exit', this.#killAllNow);
  }

  start(id: number): Promise<void> {
    return this.#of(id).start();
  }

  kill(id: number): Promise<void> {
    return this.#of(id).kill();
  }

  pause(id: number): void {
    this.#of(id).pause();
  }

  resume(id: number): void {
    this.#of(id).resume();
  }

  isRunning(id: number): boolean {
    return this.#of(id).isRunning;
  }

  async heal(): Promise<void> {
    const all = [...this.#processes.values()];
    for (const each of all) each.resume();
    await Promise.all(all.map((each) => each.start()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((each) => each.stop()));
    process.off('exit', this.#killAllNow);
  }

  #of(id: number): ServerProcess {
    return must(this.#processes.get(id), () => `server ${id} is one of the configuration`);
  }
}
