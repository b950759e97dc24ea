/**
 * Starts and ends the processes of a run. Whatever way the run goes, `end` leaves none behind.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { must } from '../../src/base/assert.js';

/** Of what a process said last, for the message when it ends by itself. */
const tailCharactersMax = 2000;

export class Processes {
  /** By which signal each is ended. */
  readonly #children = new Map<ChildProcess, EndSignal>();
  readonly #warn: (text: string) => void;
  #lost = '';
  #isOver = false;

  /** `warn` is told when a process ends that nobody asked to. */
  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /** Starts one that runs until it is ended: by SIGTERM if it has processes of its own to end. */
  start(
    command: string,
    args: readonly string[],
    endSignal: EndSignal = 'SIGKILL',
  ): RunningProcess {
    this.#assertNotOver();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#children.set(child, endSignal);
    let tail = '';
    child.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-tailCharactersMax);
    });
    const lose = (how: string): void => {
      if (!this.#children.delete(child)) return;
      this.#lost = `${[command, ...args].join(' ')} ${how}`;
      this.#warn(`${this.#lost}\n${tail}`.trimEnd());
    };
    child.once('exit', (code, signal) => {
      lose(`ended by itself (${String(code ?? signal)})`);
    });
    // Without a listener a command that cannot be started would end this process.
    child.once('error', (error) => {
      lose(error.message);
    });
    return {
      pid: child.pid ?? 0,
      end: async () => {
        if (this.#children.delete(child)) await kill(child, endSignal);
      },
    };
  }

  /**
   * Runs one to its end and gives what it printed; rejects when it fails. `onStart` is told its id.
   */
  async run(
    command: string,
    args: readonly string[],
    onStart: (pid: number) => void = () => undefined,
  ): Promise<string> {
    this.#assertNotOver();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.set(child, 'SIGKILL');
    const printed: Buffer[] = [];
    const complaints: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
    onStart(child.pid ?? 0);
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      const complaint = Buffer.concat(complaints).toString();
      if (code !== 0) throw new Error(`${command} ended with code ${String(code)}: ${complaint}`);
      return Buffer.concat(printed).toString();
    } finally {
      this.#children.delete(child);
    }
  }

  /**
   * Throws, once, when a process has ended by itself: a cluster of three works on with two servers,
   * and its figures would be of something else.
   */
  checkNoneLost(): void {
    const lost = this.#lost;
    this.#lost = '';
    if (lost !== '') throw new Error(lost);
  }

  /** Ends all of them, waits until they are gone, and starts no more. */
  async end(): Promise<void> {
    this.#isOver = true;
    const children = [...this.#children];
    this.#children.clear();
    await Promise.all(children.map(([child, signal]) => kill(child, signal)));
  }

  #assertNotOver(): void {
    if (this.#isOver) throw new Error('the run is over');
  }
}

type EndSignal = 'SIGKILL' | 'SIGTERM';

export interface RunningProcess {
  readonly pid: number;
  /** As a rule by SIGKILL: nothing that a server promised may rest on a farewell. */
  end(): Promise<void>;
}

async function kill(child: ChildProcess, signal: EndSignal): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** The path of an installed command; undefined when there is none. */
export function findCommand(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Tries every so often until `attempt` gives a value, at most `seconds`. */
export async function retry<T>(
  what: string,
  seconds: number,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  const everyMs = 20;
  const endMs = performance.now() + seconds * 1000;
  let lastError: unknown = undefined;
  while (performance.now() < endMs) {
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`${what} did not come within ${seconds} s`, { cause: lastError });
}

/** The id of a process and everything else that a `RunningProcess` has, of those that run. */
export function pidsOf(processes: readonly (RunningProcess | undefined)[]): readonly number[] {
  return processes.map((running) => must(running, 'the process runs').pid);
}
