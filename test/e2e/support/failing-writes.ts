/**
 * Makes the disk writes of a process fail with EIO, as a dying disk does: strace puts the error in
 * place of each call. The process's sockets and reads work as before.
 */
import { execa } from 'execa';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.js';
import { tryCommand } from './try-command.js';

/** What a server calls to make something durable. */
const diskCalls = 'pwritev,pwrite64,fsync,fdatasync';
const injection = [
  ...['-qq', '-f', '-e', `trace=${diskCalls}`],
  ...['-e', `inject=${diskCalls}:error=EIO`],
];
const attachMsMax = 5_000;

const running = new Set<FailingWrites>();
process.on('exit', () => {
  for (const failing of running) failing.kill();
});

export class FailingWrites {
  readonly #strace: ChildProcess;
  #seen = '';

  private constructor(pid: number) {
    const strace = spawn('strace', [...injection, '-p', String(pid)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#strace = strace;
    running.add(this);
    strace.stderr.on('data', (chunk: Buffer) => (this.#seen += chunk.toString()));
  }

  /** Why writes cannot be made to fail here; undefined when they can. */
  static async refusal(): Promise<string | undefined> {
    return tryCommand(() => execa('strace', [...injection, 'true']));
  }

  /** Resolves once a write of the process has failed; it must be writing now and then. */
  static async begin(pid: number): Promise<FailingWrites> {
    const failing = new FailingWrites(pid);
    try {
      await eventually('a write to fail', attachMsMax, () =>
        failing.#seen.includes('(INJECTED)') ? true : undefined,
      );
    } catch (error) {
      await failing.end();
      throw new Error(`strace said: ${failing.#seen}`, { cause: error });
    }
    return failing;
  }

  /** From now on writes work again. */
  async end(): Promise<void> {
    if (!running.has(this)) return;
    const ended = once(this.#strace, 'exit');
    this.kill();
    await ended;
    running.delete(this);
  }

  kill(): void {
    this.#strace.kill('SIGTERM');
  }
}
