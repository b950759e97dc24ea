/**
 * A gateway as a person runs it: the command, its workers, its configuration in a folder of its
 * own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../../src/base/assert.js';
import { findFreePorts } from '../../cli/free-ports.js';
import { get, type Got } from '../../gateway/master/master-rig.js';
import { projectRoot } from '../../tidy/source-text.js';
import { eventually } from './eventually.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');
const startMsMax = 30_000;

export interface WorkerStatus {
  readonly host: string;
  readonly port: number;
  readonly pid: number | null;
  readonly healthy: boolean;
  readonly requests: number;
  readonly restarts: number;
}

export class GatewayUnderTest {
  readonly folder: string;
  readonly port: number;
  readonly workerPorts: readonly number[];
  stdout = '';
  stderr = '';
  #child: ChildProcess | undefined;

  private constructor(folder: string, ports: readonly number[]) {
    const [port, ...workerPorts] = ports;
    this.folder = folder;
    this.port = must(port, 'a port');
    this.workerPorts = workerPorts;
  }

  /** Nothing is started yet. `folder` gets the folder `files` and `conf.json`. */
  static async prepare(folder: string, workers: number): Promise<GatewayUnderTest> {
    await mkdir(join(folder, 'files'), { recursive: true });
    return new GatewayUnderTest(folder, await findFreePorts(workers + 1));
  }

  get configPath(): string {
    return join(this.folder, 'conf.json');
  }

  get filesFolder(): string {
    return join(this.folder, 'files');
  }

  get pid(): number {
    return must(this.#child?.pid, 'the gateway runs');
  }

  get exitCode(): number | null {
    return this.#child?.exitCode ?? null;
  }

  async writeConfig(keys: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const config = {
      workers: this.workerPorts.map((port) => ({ host: '127.0.0.1', port })),
      baseDirectory: 'files/',
      masterPort: this.port,
      masterHost: '127.0.0.1',
      ...keys,
    };
    await writeFile(this.configPath, JSON.stringify(config));
  }

  /** Resolves once it says that it serves. */
  async start(...args: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [program, 'gateway', this.configPath, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    await eventually('the gateway to serve', startMsMax, () => {
      if (child.exitCode !== null) throw new Error(`the gateway ended: ${this.stderr}`);
      return this.stdout.includes('Accepting requests.') ? true : undefined;
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** The exit code, or the signal that ended it. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    const child = must(this.#child, 'the gateway was started');
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    }
    return child.exitCode ?? child.signalCode;
  }

  /** Ends it whatever its state; its workers end with it. */
  async dispose(): Promise<void> {
    if (this.#child === undefined) return;
    const pids = await this.workers().catch(() => []);
    await this.end('SIGKILL');
    for (const { pid } of pids) {
      if (pid !== null && isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
    return get({ port: this.port, path, headers });
  }

  async workers(): Promise<readonly WorkerStatus[]> {
    const { body } = await this.get('/status', { accept: 'application/json' });
    return (JSON.parse(body.toString()) as { readonly workers: readonly WorkerStatus[] }).workers;
  }

  async worker(index: number): Promise<WorkerStatus> {
    return must((await this.workers())[index], 'the worker is in the status');
  }

  async pidOf(index: number): Promise<number> {
    return must((await this.worker(index)).pid, 'the worker runs');
  }
}

/** Whether a process is there, and not only its remains. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
