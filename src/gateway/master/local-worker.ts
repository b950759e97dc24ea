/**
 * Looks after a worker that runs here as a process: starts it, asks whether it is well, ends it
 * when it is not, and starts it again on its port, for as long as the master runs.
 */
import type { Attendant, HealthTimes, Say, Tell } from './attendant.js';
import { findPortOwner } from './find-port-owner.js';
import type { Member } from './member.js';
import type { StartQueue } from './start-queue.js';
import { WorkerWatch } from './watch-worker.js';
import { WorkerProcess } from './worker-process.js';

export interface LocalWorkerOptions {
  readonly member: Member;
  readonly health: () => HealthTimes;
  readonly starts: StartQueue;
  readonly command: string;
  readonly args: readonly string[];
  /** Variables of its environment, beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly tell: Tell;
  readonly say: Say;
}

/** A worker that has not said within this time that it serves is ended and started again. */
const startMsMax = 15_000;
/** One that is asked to end has nothing left to do. */
const endGraceMs = 500;

export class LocalWorker implements Attendant {
  readonly member: Member;
  readonly settled: Promise<void>;
  readonly #options: LocalWorkerOptions;
  readonly #running: Promise<void>;
  readonly #stop = new AbortController();
  #settle: () => void = () => undefined;
  #watch: WorkerWatch | undefined;
  #process: WorkerProcess | undefined;

  constructor(options: LocalWorkerOptions) {
    this.#options = options;
    this.member = options.member;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#running = this.#run();
  }

  askNow(): void {
    this.#watch?.askNow();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#watch?.stop();
    await this.#process?.end(endGraceMs);
    await this.#running;
    this.member.agent.destroy();
  }

  #hasStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    let waitMs = 0;
    for (let isFirst = true; !this.#hasStopped(); isFirst = false) {
      await pause(waitMs, this.#stop.signal);
      const leave = await this.#options.starts.enter();
      if (!this.#hasStopped()) {
        if (!isFirst) this.member.restarts += 1;
        waitMs = await this.#live(leave);
      }
      leave();
    }
    this.#settle();
  }

  /** One life of the process; resolves with how long to wait before the next one. */
  #live(leave: () => void): Promise<number> {
    const { member } = this;
    const { command, args, env, say } = this.#options;
    return new Promise((resolve) => {
      let waitMs: number | undefined;
      const fail = (reason: string): void => {
        waitMs ??= this.#failed(reason);
        void running.end();
      };
      member.step({ kind: 'started' });
      const tooLate = setTimeout(fail, startMsMax, `did not start within ${startMsMax / 1000} s`);
      const running = new WorkerProcess({
        ...{ command, args, env },
        onLine: (line) => {
          say('debug', `worker ${member.address} says: ${line}`);
        },
        onReady: () => {
          clearTimeout(tooLate);
          this.#watch = this.#makeWatch(fail, leave);
        },
        onEnd: (reason) => {
          clearTimeout(tooLate);
          this.#watch?.stop();
          this.#watch = undefined;
          this.#process = undefined;
          waitMs ??= this.#failed(reason);
          member.pid = undefined;
          resolve(waitMs);
        },
      });
      this.#process = running;
      member.pid = running.pid;
      const pid = String(running.pid);
      if (running.pid !== undefined) say('info', `worker ${member.address} started, pid ${pid}`);
      if (this.#hasStopped()) void running.end(endGraceMs);
    });
  }

  #makeWatch(fail: (reason: string) => void, leave: () => void): WorkerWatch {
    const { member } = this;
    const { health, tell, say } = this.#options;
    return new WorkerWatch({
      target: member,
      times: health,
      fields: () => tell(member),
      onResult: ({ problem, cache }) => {
        member.cache = cache;
        if (problem !== undefined) {
          fail(problem);
          return;
        }
        const { news } = member.step({ kind: 'answered' });
        const who = `worker ${member.address}`;
        if (news !== undefined) say('warn', `${who} ${news}, pid ${String(member.pid)}`);
        leave();
        this.#settle();
      },
    });
  }

  /** Says so, unless it was said; how long to wait before it is started again. */
  #failed(reason: string): number {
    const { news, restartAfterMs = 0 } = this.member.step({ kind: 'failed', reason });
    if (news !== undefined && !this.#hasStopped()) void this.#tell(news);
    this.#settle();
    return restartAfterMs;
  }

  async #tell(news: string): Promise<void> {
    const { say } = this.#options;
    const { address, port, pid } = this.member;
    const who = pid === undefined ? address : `${address} (pid ${pid})`;
    const owner = /in use|is taken|EADDRINUSE/.test(news) ? await findPortOwner(port) : undefined;
    const hint = owner === undefined ? '' : `; ${owner}`;
    say('warn', `worker ${who} ${news}${hint}; it is started again until it runs`);
  }
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  if (ms === 0 || stop.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    }
  });
}
