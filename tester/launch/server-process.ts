/**
 * One server as a process group of its own: started, watched, killed, paused and resumed. What it
 * writes is kept, bounded, and shown when it gets into trouble. An end that nobody asked for is
 * told to `log`.
 */
import { execa } from 'execa';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { must } from '../../src/base/assert.js';
import { LaunchError } from '../cluster/launch-error.js';
import { formatAddress } from '../wire/address.js';
import type { Seat } from '../wire/server.js';
import { OutputTail } from './output-tail.js';
import { signalGroup } from './process-group.js';
import type { CommandLine } from './server-command.js';

/** A server that was asked to end is killed after this time. */
const stopMsMax = 3_000;
/** The port of a killed process is free long before. */
const freeMsMax = 5_000;
const pollMs = 20;
const probeMs = 1_000;

interface Running {
  readonly pid: number;
  readonly output: OutputTail;
  /** How the process ended, in words. */
  readonly ended: Promise<string>;
  end: string | undefined;
  /** Set before the tester ends it: the end is then no news. */
  isEndWanted: boolean;
}

export interface ServerProcessOptions {
  readonly seat: Seat;
  readonly command: CommandLine;
  readonly log: (line: string) => void;
  /** A port that stays closed for longer never opens. */
  readonly startMs: number;
}

export class ServerProcess {
  readonly seat: Seat;
  readonly #command: CommandLine;
  readonly #log: (line: string) => void;
  readonly #startMs: number;
  #running: Running | undefined;
  #starting: Promise<void> | undefined;

  constructor({ seat, command, log, startMs }: ServerProcessOptions) {
    this.seat = seat;
    this.#command = command;
    this.#log = log;
    this.#startMs = startMs;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  get #label(): string {
    return `server ${this.seat.id} (${formatAddress(this.seat.address)})`;
  }

  /**
   * Resolves once the server takes connections; at once when it already runs. Rejects with
   * `LaunchError` when it ends, when its port stays closed too long (it is killed then), and when
   * `isStopped` is aborted.
   */
  start(isStopped?: AbortSignal): Promise<void> {
    if (this.#starting === undefined) {
      if (this.isRunning) return Promise.resolve();
      this.#starting = this.#startAndWait(isStopped).finally(() => (this.#starting = undefined));
    }
    return this.#starting;
  }

  /** Resolves when the process is gone and its port is free. Without effect when it is dead. */
  async kill(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    running.isEndWanted = true;
    signalGroup(running.pid, 'SIGKILL');
    await running.ended;
    const deadline = performance.now() + freeMsMax;
    while ((await this.takesConnections()) && performance.now() < deadline) await pause(pollMs);
  }

  /** Asks the process to end, then ends it. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    running.isEndWanted = true;
    signalGroup(running.pid, 'SIGCONT');
    signalGroup(running.pid, 'SIGTERM');
    const patience = new AbortController();
    await Promise.race([
      running.ended,
      pause(stopMsMax, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    await this.kill();
  }

  /** For the exit of the tester, which can wait for nothing. */
  killNow(): void {
    if (this.#running === undefined) return;
    this.#running.isEndWanted = true;
    signalGroup(this.#running.pid, 'SIGKILL');
  }

  pause(): void {
    if (this.#running !== undefined) signalGroup(this.#running.pid, 'SIGSTOP');
  }

  resume(): void {
    if (this.#running !== undefined) signalGroup(this.#running.pid, 'SIGCONT');
  }

  /** True when somebody, this server or another program, listens at its address. */
  async takesConnections(): Promise<boolean> {
    const socket = connect({ ...this.seat.address, timeout: probeMs });
    try {
      return await new Promise((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('timeout', () => resolve(false));
        socket.once('error', () => resolve(false));
      });
    } finally {
      socket.destroy();
    }
  }

  async #startAndWait(isStopped: AbortSignal | undefined): Promise<void> {
    const running = this.#spawn();
    const deadline = performance.now() + this.#startMs;
    for (;;) {
      const isUp = await this.takesConnections();
      if (running.end !== undefined) {
        const end = `${this.#label} ended while it started (${running.end})`;
        throw new LaunchError(`${end}${this.#lastWords(running)}`);
      }
      if (isUp) break;
      if (isStopped?.aborted === true || performance.now() > deadline) {
        await this.kill();
        const why =
          isStopped?.aborted === true
            ? 'was stopped while it started'
            : `took no connection within ${this.#startMs / 1000} s of its start`;
        throw new LaunchError(`${this.#label} ${why}${this.#lastWords(running)}`);
      }
      await pause(pollMs);
    }
    void running.ended.then((end) => {
      if (running.isEndWanted) return;
      this.#log(`${this.#label} ended by itself (${end})${this.#lastWords(running)}`);
    });
  }

  #spawn(): Running {
    const { program, args } = this.#command;
    const child = execa(program, args, {
      detached: true,
      stdin: 'ignore',
      buffer: false,
      reject: false,
      // Servers that know such a channel end when the tester is gone, even by SIGKILL: ours do.
      ipc: true,
    });
    if (child.pid === undefined) {
      // The promise tells, too; its answer says nothing more.
      void child;
      throw new LaunchError(`${this.#label}: cannot run "${program}"; is it installed?`);
    }
    const output = new OutputTail();
    output.follow(child.stdout);
    output.follow(child.stderr);
    const pid = must(child.pid, 'a process that runs has an id');
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code: number | null, signal: string | null) => {
        // What the wrapper leaves behind would hold the port.
        signalGroup(pid, 'SIGKILL');
        running.end = signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
        this.#running = undefined;
        resolve(running.end);
      });
    });
    const running: Running = { pid, output, ended, end: undefined, isEndWanted: false };
    this.#running = running;
    return running;
  }

  #lastWords({ output }: Running): string {
    if (output.lines.length === 0) return '; it wrote nothing';
    return `; its last lines:\n${output.lines.map((line) => `    ${line}`).join('\n')}`;
  }
}
