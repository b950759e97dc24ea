/**
 * The network between the servers. Requests of one server to another arrive in the order in which
 * they were sent, or not at all; answers come in any order; both may be lost, and a request may
 * arrive a second time, late. A call whose answer does not come ends in `onUnreachable`.
 */
import { assert } from '../../src/base/assert.js';
import type { ServerId } from '../../src/base/ids.js';
import type {
  PeerListener,
  PeerMessage,
  PeerReply,
  PeerTransport,
} from '../../src/replica/peer-transport.js';
import type { PeerOutcome } from '../../src/replica/replica-api.js';
import type { SimClock } from './sim-clock.js';
import type { SimProcess } from './sim-process.js';
import type { SimRandom } from './sim-random.js';

/** After this time without an answer a call is given up. */
const callTimeoutMs = 500;

const starvedProbability = 0.95;

export interface NetworkWeather {
  readonly latencyMs: { readonly min: number; readonly max: number };
  readonly lossProbability: number;
  readonly repeatProbability: number;
}

export const calmWeather: NetworkWeather = {
  latencyMs: { min: 0.1, max: 1 },
  lossProbability: 0,
  repeatProbability: 0,
};

/** A server, as the network sees it. */
export interface NetworkEnd {
  /** Takes a request; false when no process listens. */
  receive(from: ServerId, request: PeerMessage, answer: (outcome: PeerOutcome) => void): boolean;
}

/** Sees what servers say to each other, at the moment when it leaves and when it is heard. */
export interface NetworkTap {
  requestLeaves(from: ServerId, to: ServerId, request: PeerMessage): void;
  responseLeaves(from: ServerId, to: ServerId, response: PeerReply): void;
  requestArrives?(from: ServerId, to: ServerId, request: PeerMessage): void;
  responseArrives?(from: ServerId, to: ServerId, response: PeerReply): void;
}

export interface SimNetworkOptions {
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly tap: NetworkTap;
}

export class SimNetwork {
  readonly #options: SimNetworkOptions;
  readonly #ends = new Map<ServerId, NetworkEnd>();
  readonly #blocked = new Set<string>();
  readonly #lastArrivalMs = new Map<string, number>();
  weather = calmWeather;
  /** Entries of these servers are lost, nearly all of them; their heartbeats are not. */
  #starving: ReadonlySet<ServerId> = new Set();
  /** Between these the weather is always calm. */
  #calm: ReadonlySet<ServerId> = new Set();

  constructor(options: SimNetworkOptions) {
    this.#options = options;
  }

  attach(server: ServerId, end: NetworkEnd): void {
    this.#ends.set(server, end);
  }

  /** The transport of one process. */
  transport(from: ServerId, process: SimProcess): PeerTransport {
    let listener: PeerListener | undefined = undefined;
    const named = new Set<ServerId>();
    return {
      setPeers: (peers) => {
        for (const { id } of peers) named.add(id);
      },
      connect: (given) => {
        listener = given;
      },
      send: (to, request) => {
        assert(named.has(to), () => `server ${from} sends to ${to}, which it does not know`);
        const tell = (event: (listener: PeerListener) => void): void => {
          process.post(() => {
            if (listener !== undefined) event(listener);
          });
        };
        this.#send({ from, to, request, tell });
      },
      close: () => {
        listener = undefined;
      },
    };
  }

  /** From now on nothing gets from `from` to `to`, what is on its way included. */
  block(from: ServerId, to: ServerId): void {
    this.#blocked.add(`${from}>${to}`);
  }

  blockBoth(a: ServerId, b: ServerId): void {
    this.block(a, b);
    this.block(b, a);
  }

  /** Parts these servers from all others, in one direction or in both. */
  part(servers: readonly ServerId[], direction: 'in' | 'out' | 'both'): void {
    for (const inside of servers) {
      for (const outside of this.#ends.keys()) {
        if (servers.includes(outside)) continue;
        if (direction !== 'in') this.block(inside, outside);
        if (direction !== 'out') this.block(outside, inside);
      }
    }
  }

  unblock(from: ServerId, to: ServerId): void {
    this.#blocked.delete(`${from}>${to}`);
  }

  /** From now on nearly all entries that these servers send are lost, and only those. */
  starve(servers: readonly ServerId[]): void {
    this.#starving = new Set(servers);
  }

  heal(): void {
    this.#starving = new Set();
    this.#blocked.clear();
  }

  /** Nothing that these say to each other is lost, repeated or late from now on. */
  calm(servers: readonly ServerId[]): void {
    this.#calm = new Set(servers);
  }

  #weatherBetween(a: ServerId, b: ServerId): NetworkWeather {
    return this.#calm.has(a) && this.#calm.has(b) ? calmWeather : this.weather;
  }

  #send(call: OutgoingCall): void {
    const { clock, random, tap } = this.#options;
    const { from, to, request, tell } = call;
    tap.requestLeaves(from, to, request);
    let hasEnded = false;
    const end = (event: (listener: PeerListener) => void): void => {
      if (hasEnded) return;
      hasEnded = true;
      callOff();
      tell(event);
    };
    const callOff = clock.after(callTimeoutMs, () => {
      end((listener) => {
        listener.onUnreachable(to, 'no answer in time');
      });
    });
    const answer = (outcome: PeerOutcome): void => {
      if (outcome.kind === 'response') tap.responseLeaves(to, from, outcome.response);
      this.#carry(to, from, () => {
        end((listener) => {
          if (outcome.kind !== 'response') {
            listener.onUnreachable(to, outcome.kind);
            return;
          }
          tap.responseArrives?.(to, from, outcome.response);
          listener.onResponse(to, outcome.response);
        });
      });
    };
    if (this.#isLost(from, to) || this.#isStarved(from, to, request)) return;
    const arrivalMs = this.#nextArrivalMs(from, to);
    clock.at(arrivalMs, () => {
      if (this.#blocked.has(`${from}>${to}`)) return;
      tap.requestArrives?.(from, to, request);
      if (this.#ends.get(to)?.receive(from, request, answer) === true) return;
      end((listener) => {
        listener.onUnreachable(to, 'connection refused');
      });
    });
    if (!random.chance(this.#weatherBetween(from, to).repeatProbability)) return;
    const laterMs = random.pick([0.5, 5, callTimeoutMs]);
    clock.at(arrivalMs + random.between(0, laterMs), () => {
      if (this.#blocked.has(`${from}>${to}`)) return;
      this.#ends.get(to)?.receive(from, request, () => undefined);
    });
  }

  /** An answer on its way back. */
  #carry(from: ServerId, to: ServerId, arrive: () => void): void {
    if (this.#isLost(from, to)) return;
    this.#options.clock.after(this.#latencyMs(from, to), () => {
      if (!this.#blocked.has(`${from}>${to}`)) arrive();
    });
  }

  #isLost(from: ServerId, to: ServerId): boolean {
    if (this.#blocked.has(`${from}>${to}`)) return true;
    return this.#options.random.chance(this.#weatherBetween(from, to).lossProbability);
  }

  #isStarved(from: ServerId, to: ServerId, request: PeerMessage): boolean {
    if (request.type !== 'appendEntries' || request.entries.length === 0) return false;
    const isSpared = this.#calm.has(from) && this.#calm.has(to);
    return this.#starving.has(from) && !isSpared && this.#options.random.chance(starvedProbability);
  }

  #latencyMs(from: ServerId, to: ServerId): number {
    const { min, max } = this.#weatherBetween(from, to).latencyMs;
    return this.#options.random.between(min, max);
  }

  #nextArrivalMs(from: ServerId, to: ServerId): number {
    const key = `${from}>${to}`;
    const soonest = this.#options.clock.nowMs + this.#latencyMs(from, to);
    const arrivalMs = Math.max(soonest, this.#lastArrivalMs.get(key) ?? 0);
    this.#lastArrivalMs.set(key, arrivalMs);
    return arrivalMs;
  }
}

interface OutgoingCall {
  readonly from: ServerId;
  readonly to: ServerId;
  readonly request: PeerMessage;
  /** Runs in the process that sent, if it still lives and listens. */
  readonly tell: (event: (listener: PeerListener) => void) => void;
}
