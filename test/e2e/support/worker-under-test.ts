/** A worker of the gateway as the process that a user, or a master, would start. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../tidy/source-text.js';
import { findClusterPorts } from './cluster-ports.js';
import { eventually } from './eventually.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');
const readyLines = 'Started successfully.\nAccepting requests. (Halt program to stop.)\n';
const startMsMax = 15_000;

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export class WorkerUnderTest {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout = '';
  stderr = '';

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#child = spawn('node', [program, 'worker', '-p', String(port), '-l', ...args], {
      stdio: 'pipe',
    });
    alive.add(this.#child);
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (exitCode) => {
        alive.delete(this.#child);
        resolve(exitCode);
      });
    });
    this.#child.stdout?.on('data', (piece: Buffer) => (this.stdout += piece.toString()));
    this.#child.stderr?.on('data', (piece: Buffer) => (this.stderr += piece.toString()));
  }

  /** Resolves once it serves. */
  static async start(...args: readonly string[]): Promise<WorkerUnderTest> {
    const [port = 0] = await findClusterPorts(1);
    const worker = new WorkerUnderTest(port, args);
    await eventually('the worker to serve', startMsMax, () => {
      if (!worker.isRunning) throw new Error(`the worker ended: ${worker.stderr}`);
      return worker.stdout === readyLines ? true : undefined;
    });
    return worker;
  }

  get isRunning(): boolean {
    return alive.has(this.#child);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Lets go of its standard input, as a master does that ends. */
  closeStdin(): void {
    this.#child.stdin?.destroy();
  }

  /** Ends it, if it has not ended, and resolves with its exit code. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.kill(signal);
    return this.ended;
  }
}
