/**
 * One server as the process that a user would start, and everything that it wrote. It can be
 * killed, paused and started again as often as a test likes.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../tidy/source-text.js';
import { eventually } from './eventually.js';

const serverProgram = join(projectRoot(), 'build/src/cli/run-server.js');
const readyLine = 'Accepting requests. (Halt program to stop.)\n';
const startMsMax = 15_000;

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Processes that live now; none of them may outlive the tests, however these end. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export class ServerUnderTest {
  readonly id: number;
  readonly port: number;
  #program: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #end: Promise<ProcessEnd> | undefined;
  /** Standard output of the newest process. */
  #stdout = '';
  #log = '';

  /** `args`: the command line of the program, a server of a cluster's; the same at each start. */
  constructor(id: number, port: number, args: readonly string[], program = serverProgram) {
    this.id = id;
    this.port = port;
    this.#args = args;
    this.#program = program;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`server ${this.id} does not run`);
    return pid;
  }

  /** Everything that all processes of this server logged, in order. */
  get log(): string {
    return this.#log;
  }

  /** Another program is started from now on: an earlier or a later version. */
  useProgram(path: string): void {
    this.#program = path;
  }

  /** Starts a process without waiting for it; `moreArgs` hold for this start only. */
  launch(...moreArgs: readonly string[]): void {
    if (this.#child !== undefined) throw new Error(`server ${this.id} runs already`);
    const child = spawn(process.execPath, [this.#program, ...this.#args, ...moreArgs], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    alive.add(child);
    this.#child = child;
    this.#stdout = '';
    this.#note(`process ${String(child.pid)} started`);
    child.stdout.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
    this.#end = new Promise((resolve) => {
      child.once('close', (exitCode, signal) => {
        alive.delete(child);
        this.#child = undefined;
        this.#note(`process ${String(child.pid)} ended: ${String(exitCode ?? signal)}`);
        resolve({ exitCode, signal });
      });
    });
  }

  /** Starts a process; resolves once it accepts requests. */
  async start(...moreArgs: readonly string[]): Promise<void> {
    this.launch(...moreArgs);
    await this.ready();
  }

  /** Resolves once the process accepts requests; rejects if it ends instead. */
  async ready(): Promise<void> {
    await eventually(`server ${this.id} to accept requests`, startMsMax, () => {
      if (!this.isRunning) throw new Error(`server ${this.id} did not start\n${this.logTail(10)}`);
      return this.#stdout.endsWith(readyLine) ? true : undefined;
    });
  }

  /** Starts a process that is to refuse and end; resolves with all that it said. */
  async refusal(): Promise<{
    readonly exitCode: number | null;
    readonly lines: readonly string[];
  }> {
    const logged = this.#log.length;
    this.launch();
    const { exitCode } = await this.ended();
    const lines = this.#log.slice(logged).split('\n');
    // Notes of the test are none of the server's.
    return { exitCode, lines: lines.filter((line) => line !== '' && !line.startsWith('---')) };
  }

  /** Sends a signal and leaves it at that. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
    this.#note(signal);
  }

  /** Sends a signal that ends the process, and waits for the end. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<ProcessEnd> {
    this.signal(signal);
    return this.ended();
  }

  /** How the process ends, or how the last one ended. */
  async ended(): Promise<ProcessEnd> {
    if (this.#end === undefined) throw new Error(`server ${this.id} was never started`);
    return this.#end;
  }

  logTail(lines: number): string {
    return this.#log.split('\n').slice(-lines).join('\n');
  }

  #note(text: string): void {
    this.#log += `--- ${new Date().toISOString()} test: ${text}\n`;
  }
}
