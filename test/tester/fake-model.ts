/**
 * A cluster in one object for the tester's own tests: no log, no network between servers, but the
 * behaviour that clients of a correct cluster see, and a list of bugs that can be switched on.
 */

export type Bug =
  | 'accepts-any-version'
  | 'answers-all-racers-true'
  | 'answers-without-majority'
  | 'refuses-without-majority'
  | 'blocked-calls-outlive-crash'
  | 'closes-connections'
  | 'crash-keeps-answering'
  | 'crash-does-not-freeze'
  | 'follower-never-catches-up'
  | 'hangs-on-single-reads'
  | 'hangs-on-updates'
  | 'hash-lists-become-strings'
  | 'leads-without-majority'
  | 'loses-last-update-at-failover'
  | 'malformed-faults'
  | 'never-elects-again'
  | 'nonsense-answers'
  | 'old-leader-comes-back-leading'
  | 'reads-lag'
  | 'replicates-late'
  | 'restore-causes-election'
  | 'restore-loses-state'
  | 'serves-any-follower'
  | 'two-leaders'
  | 'unknown-file-faults';

export interface Info {
  readonly version: number;
  readonly hashes: readonly unknown[];
}

interface Entry {
  readonly name: string;
  readonly info: Info;
}

export interface FakeReplica {
  readonly id: number;
  crashed: boolean;
  /** Entries of the log that are in `map`. */
  applied: number;
  readonly map: Map<string, Info>;
}

export class Fault extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }
}

interface Waiting {
  readonly replica: FakeReplica;
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: Fault) => void;
}

/** Long enough to be seen as a gap, short enough for many elections in one test run. */
const electionMs = 15;

export class FakeModel {
  readonly replicas: readonly FakeReplica[];
  readonly bugs: ReadonlySet<Bug>;
  leaderId: number | undefined = 0;
  term = 1;
  #log: readonly Entry[] = [];
  #waiting: readonly Waiting[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #electing = false;

  constructor(size: number, bugs: readonly Bug[]) {
    this.bugs = new Set(bugs);
    this.replicas = Array.from({ length: size }, (_, id) => ({
      id,
      crashed: false,
      applied: 0,
      map: new Map<string, Info>(),
    }));
  }

  get commitIndex(): number {
    return this.#log.length;
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  isLeader(replica: FakeReplica): boolean {
    if (replica.crashed) return false;
    if (this.bugs.has('two-leaders') && replica.id === (this.leaderId ?? 0) + 1) return true;
    if (this.bugs.has('leads-without-majority') && this.leaderId === undefined) return true;
    return replica.id === this.leaderId;
  }

  crash(replica: FakeReplica): void {
    replica.crashed = true;
    if (this.leaderId === replica.id) this.leaderId = undefined;
    const gone = this.#waiting.filter((call) => call.replica === replica);
    if (!this.bugs.has('blocked-calls-outlive-crash')) {
      this.#waiting = this.#waiting.filter((call) => call.replica !== replica);
      for (const call of gone) call.reject(new Fault(2, 'isCrashed; outcome unknown'));
    }
    this.#step();
  }

  restore(replica: FakeReplica): void {
    const wasCrashed = replica.crashed;
    replica.crashed = false;
    if (wasCrashed && this.bugs.has('restore-loses-state')) {
      replica.map.clear();
      replica.applied = 0;
    }
    if (wasCrashed && this.bugs.has('old-leader-comes-back-leading')) this.leaderId = replica.id;
    if (wasCrashed && this.bugs.has('restore-causes-election')) this.leaderId = undefined;
    this.#later(1, () => this.#step());
    this.#elect();
  }

  /** Runs `work` on the leader as soon as a majority is there; a fault on any other server. */
  onLeader(replica: FakeReplica, work: () => unknown): Promise<unknown> {
    const { bugs } = this;
    const pretends = replica.crashed && bugs.has('crash-keeps-answering');
    if (pretends || bugs.has('serves-any-follower')) return Promise.resolve(work());
    if (replica.crashed) throw new Fault(2, 'isCrashed');
    if (!this.isLeader(replica)) throw new Fault(1, 'not the leader');
    if (bugs.has('answers-without-majority')) return Promise.resolve(work());
    if (bugs.has('refuses-without-majority') && !this.#hasMajority()) {
      throw new Fault(1, 'no majority');
    }
    return new Promise((resolve, reject) => {
      this.#waiting = [...this.#waiting, { replica, work, resolve, reject }];
      this.#step();
    });
  }

  /** The version rule, at the moment when a majority stands behind the leader. */
  update(name: string, info: Info): boolean {
    const { bugs } = this;
    const current = this.#log.findLast((entry) => entry.name === name)?.info.version ?? 0;
    const isRacer = bugs.has('answers-all-racers-true') && info.version === current;
    if (isRacer && current > 0) return true;
    const takesAll = bugs.has('accepts-any-version');
    if (!takesAll && info.version !== current + 1) return false;
    const hashes = bugs.has('hash-lists-become-strings') ? info.hashes.map(String) : info.hashes;
    this.#log = [...this.#log, { name, info: { ...info, hashes } }];
    const leader = this.replicas.find((replica) => replica.id === this.leaderId);
    if (leader !== undefined && !bugs.has('reads-lag')) this.#apply(leader);
    const spread = (): void => this.#replicate();
    if (bugs.has('replicates-late') || bugs.has('reads-lag')) this.#later(60, spread);
    else spread();
    return true;
  }

  #hasMajority(): boolean {
    const live = this.replicas.filter((replica) => !replica.crashed);
    return live.length > this.replicas.length / 2;
  }

  #step(): void {
    this.#elect();
    if (this.leaderId === undefined || !this.#hasMajority()) return;
    if (!this.bugs.has('replicates-late') && !this.bugs.has('reads-lag')) this.#replicate();
    const calls = this.#waiting;
    this.#waiting = [];
    for (const call of calls) call.resolve(call.work());
  }

  #elect(): void {
    if (this.leaderId !== undefined || this.#electing || !this.#hasMajority()) return;
    if (this.bugs.has('never-elects-again')) return;
    this.#electing = true;
    this.#later(electionMs, () => {
      this.#electing = false;
      if (!this.#hasMajority()) return;
      const live = this.replicas.filter((replica) => !replica.crashed);
      const [winner] = live.toSorted((one, other) => other.applied - one.applied);
      if (this.bugs.has('loses-last-update-at-failover')) this.#loseLast();
      this.leaderId = winner?.id;
      this.term += 1;
      this.#step();
    });
  }

  #loseLast(): void {
    const lost = this.#log.at(-1);
    this.#log = this.#log.slice(0, -1);
    for (const replica of this.replicas) {
      if (lost !== undefined) replica.map.delete(lost.name);
      replica.applied = Math.min(replica.applied, this.#log.length);
    }
  }

  #replicate(): void {
    for (const replica of this.replicas) {
      const frozen = replica.crashed && !this.bugs.has('crash-does-not-freeze');
      const stuck = this.bugs.has('follower-never-catches-up') && replica.id !== this.leaderId;
      const gap = this.#log.length - replica.applied;
      if (!frozen && !(stuck && gap > 1)) this.#apply(replica);
    }
  }

  #apply(replica: FakeReplica): void {
    for (const { name, info } of this.#log.slice(replica.applied)) replica.map.set(name, info);
    replica.applied = this.#log.length;
  }

  #later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    this.#timers.add(timer);
  }
}
