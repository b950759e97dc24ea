/**
 * Clients that send more than can be served are read in rounds. One turn of the event loop handles
 * whatever has arrived on any number of connections; without a bound that is so much that timers
 * and the answers of peers wait for seconds, and a leader loses its place. So once a turn has
 * worked for clients for a while, no client is read any more until the next turn; and then those
 * come first who were not read yet.
 */
import type { Socket } from 'node:net';

/** Well below a heartbeat. What has been read of one connection is always finished. */
const turnWorkMs = 10;

export interface FairReadingOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Runs this in the next turn. */
  readonly soon: (action: () => void) => void;
}

type ReadableSocket = Pick<Socket, 'pause' | 'resume' | 'isPaused' | 'once'>;

export class FairReading {
  readonly #options: FairReadingOptions;
  /** Connections of clients. */
  readonly #clients = new Set<ReadableSocket>();
  /** Paused, and not read yet in this round: they are, from the next turn on. */
  #held = new Set<ReadableSocket>();
  /** Paused, and read in this round: they wait for the next one. */
  #rested = new Set<ReadableSocket>();
  /** Served in this turn, some of them more than once. */
  #served: ReadableSocket[] = [];
  #turnBeganMs: number | undefined = undefined;
  #isOver = false;

  constructor(options: FairReadingOptions) {
    this.#options = options;
  }

  /** A new connection; nobody knows yet whose. */
  add(socket: ReadableSocket): void {
    socket.once('close', () => {
      this.exempt(socket);
    });
    this.#clients.add(socket);
    if (this.#isOver) this.#stop(socket);
  }

  /** This connection is another server's, or gone: it is read at any time. */
  exempt(socket: ReadableSocket): void {
    if (!this.#clients.delete(socket)) return;
    if (this.#held.delete(socket) || this.#rested.delete(socket)) socket.resume();
  }

  /** A request of this connection is about to be served. */
  serve(socket: ReadableSocket): void {
    if (!this.#clients.has(socket)) return;
    const beganMs = (this.#turnBeganMs ??= this.#beginTurn());
    this.#served.push(socket);
    if (this.#isOver || this.#options.now() - beganMs < turnWorkMs) return;
    this.#isOver = true;
    for (const each of this.#clients) this.#stop(each);
  }

  /** Returns when it began. */
  #beginTurn(): number {
    this.#options.soon(() => {
      this.#endTurn();
    });
    return this.#options.now();
  }

  /** Whoever is paused by others, for reasons of theirs, is theirs to resume. */
  #stop(socket: ReadableSocket): void {
    if (socket.isPaused()) return;
    socket.pause();
    this.#held.add(socket);
  }

  #endTurn(): void {
    for (const socket of this.#served) if (this.#held.delete(socket)) this.#rested.add(socket);
    this.#served = [];
    const isRoundOver = !this.#isOver || this.#held.size === 0;
    this.#turnBeganMs = undefined;
    this.#isOver = false;
    const resumed = this.#held;
    this.#held = new Set();
    for (const socket of resumed) socket.resume();
    if (!isRoundOver) {
      // Those who were held may have nothing to say: the round is over then with the next turn.
      this.#turnBeganMs = this.#beginTurn();
      return;
    }
    const rested = this.#rested;
    this.#rested = new Set();
    for (const socket of rested) socket.resume();
  }
}
