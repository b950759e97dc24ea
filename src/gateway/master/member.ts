/**
 * One worker as the master's traffic sees it: its address, whether it may get a request, how many
 * it has, and the connections to it that are kept.
 */
import { Agent } from 'node:http';
import type { WorkerConfig } from '../config/gateway-config.js';
import type { CacheFigures } from './cache-figures.js';
import { newWorker, stepWorker, type WorkerEvent, type WorkerState } from './worker-state.js';

/** Connections to one worker that are kept while nothing runs on them. */
const freeConnectionsMax = 256;
/** Slow start: how many requests a worker that has just become healthy gets at once. */
const firstWindow = 8;
/** Each answer widens the window by one; from this width on it is open. */
const openWindow = 64;

export class Member {
  readonly host: string;
  readonly port: number;
  /** `host:port`, with an IPv6 host in brackets. */
  readonly address: string;
  readonly agent = new Agent({ keepAlive: true, maxFreeSockets: freeConnectionsMax });
  /** Of its process; undefined for one that is not run here, or not at present. */
  pid: number | undefined;
  /** Whether it knows the key of those that share what they have cached. */
  readonly isSharing: boolean;
  /** As it told last. */
  cache: CacheFigures | undefined;
  requests = 0;
  restarts = 0;
  #state = newWorker;
  #running = 0;
  #window = firstWindow;
  #isDoubted = false;
  #onIdle: (() => void) | undefined;

  constructor({ host, port }: WorkerConfig, isSharing: boolean) {
    this.isSharing = isSharing;
    this.host = host;
    this.port = port;
    this.address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  get state(): WorkerState {
    return this.#state;
  }

  get running(): number {
    return this.#running;
  }

  get isHealthy(): boolean {
    return this.#state.phase === 'healthy';
  }

  /** Whether it may get a request now; otherwise only when there is no better one. */
  get isFit(): boolean {
    return this.isHealthy && !this.#isDoubted && this.#running < this.#window;
  }

  /** What is to be said, and when it is to be started again, is for whoever looks after it. */
  step(event: WorkerEvent): ReturnType<typeof stepWorker> {
    const step = stepWorker(this.#state, event);
    if (step.state.phase === 'healthy') {
      if (this.#state.phase !== 'healthy') this.#window = firstWindow;
      this.#isDoubted = false;
    } else if (step.state.phase === 'ill') {
      // Whatever waits for it breaks off now, and goes to another one.
      this.agent.destroy();
    }
    this.#state = step.state;
    return step;
  }

  /** A request failed on it: the others come first until it has answered a health check. */
  doubt(): void {
    this.#isDoubted = true;
  }

  begin(): void {
    this.requests += 1;
    this.#running += 1;
  }

  end(wasAnswered: boolean): void {
    this.#running -= 1;
    if (wasAnswered && this.#window < openWindow) {
      this.#window += 1;
      if (this.#window === openWindow) this.#window = Infinity;
    }
    if (this.#running === 0) this.#onIdle?.();
  }

  /** Resolves once it has no request left, or after `msMax`. */
  async idle(msMax: number): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(resolve, msMax);
      this.#onIdle = () => {
        clearTimeout(deadline);
        resolve();
      };
    });
    this.#onIdle = undefined;
  }
}
