/**
 * Which servers live, how near they are and how far their states have come: every server is asked
 * twice a second, apart from all traffic, and every read tells something, too. Whose turn it is
 * follows from that.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { SiteRead } from '../../site/site-call.js';
import { IndexWaits } from './index-waits.js';
import type { SiteCluster } from './site-cluster.js';

const probeEveryMs = 500;
/** A server that is silent for longer is dead: it is left out within 1.5 s of its end. */
const probeMsMax = 1_000;
/** The nearest answer of so many probes is the server's distance: a busy moment is no distance. */
const distancesKept = 5;
/** A server is near when it is at most so much further than the nearest one. */
const nearFactor = 2;
const nearMoreMs = 20;

/** What costs a server least; its answer says how far it is. */
const anything = { query: { type: 'viewer' }, atLeastIndex: 0 } as const;

interface ServerState {
  readonly id: number;
  isLive: boolean;
  /** Of the last probes, in ms. */
  distances: number[];
  last: SiteRead | undefined;
  /** It is being asked how far it is. */
  isAsked: boolean;
}

export interface ServerPoolOptions {
  readonly cluster: SiteCluster;
  /** Told when a server is left out and when it is back. */
  readonly say: (urgency: 'info' | 'warn', text: string) => void;
}

export class ServerPool {
  readonly #options: ServerPoolOptions;
  readonly #states: readonly ServerState[];
  readonly #stopping = new AbortController();
  readonly #waits = new IndexWaits(() => {
    for (const state of this.#states) if (state.isLive) void this.#askProgress(state);
  });
  #lastTurn = -1;

  constructor(options: ServerPoolOptions) {
    this.#options = options;
    setMaxListeners(0, this.#stopping.signal);
    this.#states = options.cluster.servers.map((id) => ({
      ...{ id, isLive: true, distances: [], last: undefined, isAsked: false },
    }));
  }

  /** Begins to ask, until `stop`; resolves once every server has answered, or not, within 1 s. */
  async start(): Promise<void> {
    await Promise.all(this.#states.map((state) => this.#probe(state)));
    for (const state of this.#states) void this.#watch(state);
  }

  stop(): void {
    this.#stopping.abort();
    this.#waits.stop();
  }

  /** Takes note of an answer of a server. */
  heard(read: SiteRead): void {
    const state = this.#states.find(({ id }) => id === read.server);
    if (state === undefined) return;
    state.last = read;
    this.#waits.heard(read.applied);
  }

  /** Whether the state of any server comes to hold this index within `msMax`. */
  reaches(index: number, msMax: number): Promise<boolean> {
    return this.#waits.until(index, msMax);
  }

  /** Takes note that a server did not answer a read; its next probe may contradict. */
  missed(server: number, reason: string): void {
    const state = this.#states.find(({ id }) => id === server);
    if (state !== undefined) this.#setLive(state, false, reason);
  }

  /**
   * Whom to ask, in this order: the near ones in strict turn, then those that are further away,
   * nearest first. Servers on one machine or in one room are all near; one behind a long line is
   * asked only when no near one is left. When nobody lives, everybody may be tried.
   */
  inTurn(): readonly number[] {
    const live = this.#states.filter(({ isLive }) => isLive);
    if (live.length === 0) return this.#states.map(({ id }) => id);
    const nearest = Math.min(...live.map(distanceOf));
    const isNear = (state: ServerState): boolean =>
      distanceOf(state) <= nearest * nearFactor + nearMoreMs;
    const near = live.filter(isNear).map(({ id }) => id);
    const far = live.filter((state) => !isNear(state));
    const first = near.find((id) => id > this.#lastTurn) ?? near[0] ?? 0;
    this.#lastTurn = first;
    const at = near.indexOf(first);
    return [
      ...near.slice(at),
      ...near.slice(0, at),
      ...far.sort((a, b) => distanceOf(a) - distanceOf(b)).map(({ id }) => id),
    ];
  }

  get liveCount(): number {
    return this.#states.filter(({ isLive }) => isLive).length;
  }

  get hasLive(): boolean {
    return this.#states.some(({ isLive }) => isLive);
  }

  /** Who leads, as the live server with the newest term says; it may not live itself. */
  get leader(): number | undefined {
    return this.#newest((a, b) => a.term - b.term)?.leader ?? undefined;
  }

  /**
   * Whether a majority of all servers lives and follows one leader. A leader that nobody hears goes
   * on believing that it leads: what it says of itself is not enough.
   */
  get hasMajority(): boolean {
    const newest = this.#newest((a, b) => a.term - b.term);
    if (newest === undefined) return false;
    const following = this.#states.filter(
      ({ isLive, last }) => isLive && last?.term === newest.term && last.leader !== null,
    );
    return 2 * following.length > this.#states.length;
  }

  /** Live servers, the one whose state has come furthest first. */
  get byProgress(): readonly number[] {
    return this.#states
      .filter(({ isLive }) => isLive)
      .sort((a, b) => (b.last?.applied ?? 0) - (a.last?.applied ?? 0))
      .map(({ id }) => id);
  }

  /** The last index that any live server knows to be committed. */
  get furthestIndex(): number {
    return this.#newest((a, b) => a.committed - b.committed)?.committed ?? 0;
  }

  #newest(compare: (a: SiteRead, b: SiteRead) => number): SiteRead | undefined {
    return this.#states
      .flatMap(({ isLive, last }) => (isLive && last !== undefined ? [last] : []))
      .sort((a, b) => compare(b, a))[0];
  }

  async #watch(state: ServerState): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await wait(probeEveryMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#probe(state);
    }
  }

  async #probe(state: ServerState): Promise<void> {
    const beganMs = performance.now();
    try {
      const read = await this.#options.cluster.read(state.id, anything, probeMsMax);
      if (read.server !== state.id) throw new Error(`it says that it is server ${read.server}`);
      state.last = read;
      state.distances = [...state.distances, performance.now() - beganMs].slice(-distancesKept);
      this.#setLive(state, true, '');
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#setLive(state, false, (error as Error).message);
    }
  }

  /** A server that does not answer is for its probe to find. */
  async #askProgress(state: ServerState): Promise<void> {
    if (state.isAsked) return;
    state.isAsked = true;
    const { cluster } = this.#options;
    const read = await cluster.read(state.id, anything, probeMsMax).catch(() => undefined);
    state.isAsked = false;
    if (read?.server === state.id) this.heard(read);
  }

  #setLive(state: ServerState, isLive: boolean, reason: string): void {
    if (state.isLive === isLive) return;
    state.isLive = isLive;
    if (!isLive) state.distances = [];
    const text = isLive ? 'answers again' : `is left out until it answers again: ${reason}`;
    this.#options.say(isLive ? 'info' : 'warn', `server ${state.id} ${text}`);
  }
}

/** In ms; 0 for a server that was not probed yet. */
function distanceOf({ distances }: ServerState): number {
  return distances.length === 0 ? 0 : Math.min(...distances);
}
