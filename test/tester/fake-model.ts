/**
 * A cluster in one object for the tester's own tests: each server has a log of its own, but instead
 * of messages there is one hand that moves entries between servers which can reach each other. To
 * clients it behaves like a correct cluster, but for the bugs that are switched on.
 */
import type { Bug } from './fake-bugs.js';
import { FakeReplica, Fault, type Entry, type Info, type Waiting } from './fake-replica.js';

/** Long enough to be seen as a gap, short enough for many elections in one test run. */
const electionMs = 15;

/** Long enough to be seen as late on a busy machine. */
const lateMs = 150;

/** A server that tires under load leads for this many updates. */
const tiringUpdates = 5;

export class FakeModel {
  readonly replicas: readonly FakeReplica[];
  readonly bugs: ReadonlySet<Bug>;
  readonly addressOf: (id: number) => string;
  readonly #timers = new Set<NodeJS.Timeout>();
  #electing = false;
  #updateCount = 0;

  constructor(size: number, bugs: readonly Bug[], addressOf: (id: number) => string) {
    this.addressOf = addressOf;
    this.bugs = new Set(bugs);
    this.replicas = Array.from({ length: size }, (_, id) => new FakeReplica(id));
    const [first] = this.replicas;
    if (first !== undefined) first.leads = true;
  }

  /** The leader of the newest term. */
  get leader(): FakeReplica | undefined {
    const leaders = this.replicas.filter((replica) => replica.leads && replica.up);
    return leaders.toSorted((one, other) => other.term - one.term)[0];
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  isLeader(replica: FakeReplica): boolean {
    if (replica.crashed) return false;
    if (this.bugs.has('two-leaders') && replica.id === (this.leader?.id ?? 0) + 1) return true;
    if (this.bugs.has('leads-without-majority') && this.leader === undefined) return true;
    return replica.leads;
  }

  crash(replica: FakeReplica): void {
    replica.crashed = true;
    this.#remember(replica);
    if (this.bugs.has('term-falls-at-crash')) replica.term = 0;
    if (!this.bugs.has('leadership-outlives-crash')) replica.leads = false;
    if (!this.bugs.has('blocked-calls-outlive-crash')) {
      const text = this.bugs.has('hides-unknown-outcomes') ? '' : '; outcome unknown';
      this.#refuseAll(replica, new Fault(2, `isCrashed${text}`));
    }
    this.step();
  }

  restore(replica: FakeReplica): void {
    const wasCrashed = replica.crashed;
    replica.crashed = false;
    if (!this.bugs.has('restore-keeps-cut')) replica.cut = new Set();
    if (wasCrashed && this.bugs.has('restore-loses-state')) replica.forget();
    if (wasCrashed && this.bugs.has('old-leader-comes-back-leading')) this.#enthrone(replica);
    if (wasCrashed && this.bugs.has('restore-causes-election')) {
      for (const each of this.replicas) each.leads = false;
    }
    this.#later(1, () => this.step());
    this.#elect();
  }

  /** The end of a process, and its next beginning: the log stays, all else is gone. */
  kill(replica: FakeReplica): void {
    replica.running = false;
    replica.paused = false;
    replica.leads = false;
    if (!this.bugs.has('crash-outlives-process')) replica.crashed = false;
    if (this.bugs.has('kill-loses-updates')) replica.forget();
    this.#refuseAll(replica, new Fault(3, 'outcome unknown'));
    this.step();
  }

  start(replica: FakeReplica): void {
    replica.running = true;
    this.step();
  }

  pause(replica: FakeReplica): void {
    this.#remember(replica);
    replica.paused = true;
    this.step();
  }

  resume(replica: FakeReplica): void {
    replica.paused = false;
    // Requests for its vote have come while it slept.
    const stoodFor = Math.max(0, ...this.replicas.map((each) => each.stoodFor ?? 0));
    if (stoodFor > replica.term) {
      replica.term = stoodFor;
      replica.leads = false;
    }
    // It finds the votes that it was given before it slept, and that were given again since.
    if (replica.stoodFor !== undefined && this.bugs.has('votes-forgotten')) {
      replica.term = replica.stoodFor;
      replica.leads = true;
    }
    this.step();
  }

  cutOff(replica: FakeReplica, ids: readonly number[], direction: unknown): void {
    const { bugs } = this;
    if (bugs.has('cut-is-ignored')) return;
    if (bugs.has('never-heals') && ids.length === 0) return;
    if (bugs.has('deaf-servers-hear') && direction === 'receive') return;
    const before = bugs.has('cuts-add-up') && ids.length > 0 ? replica.cut : [];
    replica.cut = new Set([...before, ...ids]);
    this.step();
  }

  setLeader(replica: FakeReplica): boolean {
    const { bugs } = this;
    if (bugs.has('setleader-is-ignored')) return true;
    if (replica.crashed) throw new Fault(2, 'isCrashed');
    const canWin = this.#canWin(replica) || bugs.has('setleader-needs-nobody');
    if (!canWin) replica.stoodFor = replica.term + 1;
    if (replica.leads || !canWin) return replica.leads;
    for (const other of this.replicas) if (other.leads) this.#remember(other);
    this.#enthrone(replica);
    this.step();
    return true;
  }

  sendHeartbeat(replica: FakeReplica): boolean {
    if (replica.crashed) throw new Fault(2, 'isCrashed');
    return replica.leads || this.bugs.has('heartbeats-anywhere');
  }

  /** Runs `work` on the leader as soon as a majority is there; a fault on any other server. */
  onLeader(replica: FakeReplica, work: () => unknown): Promise<unknown> {
    const early = this.#answersEarly(replica);
    if (early) return Promise.resolve(work());
    if (this.bugs.has('logs-reads')) this.#append(replica, undefined);
    return this.#wait(replica, undefined, work);
  }

  /** What a server that was away, or was deposed, tells from memory, if it does. */
  fromMemory(replica: FakeReplica): ReadonlyMap<string, Info> | undefined {
    const { memory } = replica;
    if (!replica.up || memory === undefined || memory.reads === 0) return undefined;
    memory.reads -= 1;
    return memory.map;
  }

  /** The version rule. The entry is logged at once; the answer waits until it is committed. */
  update(
    replica: FakeReplica,
    update: { readonly name: string; readonly info: Info },
    requestId?: string,
  ): Promise<unknown> {
    const { bugs } = this;
    const early = this.#answersEarly(replica);
    const host = early ? (this.leader ?? replica) : replica;
    const current = host.versionOf(update.name);
    const { version, hashes } = update.info;
    const isRacer = bugs.has('answers-all-racers-true') && version === current && current > 0;
    if (isRacer) return this.#wait(host, undefined, () => true);
    const isNext = version === current + 1 || bugs.has('accepts-any-version');
    if (!isNext) return early ? Promise.resolve(false) : this.#wait(host, undefined, () => false);
    const kept = bugs.has('hash-lists-become-strings') ? hashes.map(String) : hashes;
    const logged = { name: update.name, info: { version, hashes: kept } };
    const entry = this.#append(host, logged, requestId);
    this.#updateCount += 1;
    const isTired = bugs.has('tires-under-load') && this.#updateCount % tiringUpdates === 0;
    if (isTired) host.leads = false;
    if (early || bugs.has('applies-before-commit')) host.apply();
    if (!early) return this.#wait(host, entry, () => true);
    this.step();
    return Promise.resolve(true);
  }

  /** The answer to a call whose entry is in the log already. */
  repeat(replica: FakeReplica, entry: Entry): Promise<unknown> {
    return this.#wait(replica, entry, () => true);
  }

  /** Throws the fault for which a call ends here; true when a bug makes the answer come at once. */
  #answersEarly(replica: FakeReplica): boolean {
    const { bugs } = this;
    const pretends = replica.crashed && bugs.has('crash-keeps-answering');
    if (pretends || bugs.has('serves-any-follower')) return true;
    if (replica.crashed) throw new Fault(2, 'isCrashed');
    if (!this.isLeader(replica)) throw new Fault(1, `not the leader${this.#hint()}`);
    if (bugs.has('refuses-without-majority') && !this.#hasMajority(replica)) {
      throw new Fault(1, 'no majority');
    }
    return bugs.has('answers-without-majority');
  }

  #hint(): string {
    const { leader } = this;
    const isTold = leader !== undefined && !this.bugs.has('hides-the-leader');
    return isTold ? `; the leader is server ${leader.id} at ${this.addressOf(leader.id)}` : '';
  }

  #wait(replica: FakeReplica, entry: Entry | undefined, work: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      replica.waiting = [...replica.waiting, { entry, work, resolve, reject }];
      this.step();
    });
  }

  #append(replica: FakeReplica, update: Entry['update'], requestId?: string): Entry {
    const entry = { term: replica.term, update, requestId };
    replica.append(entry);
    return entry;
  }

  #canReach(one: FakeReplica, other: FakeReplica): boolean {
    return one.up && other.up && !one.cut.has(other.id) && !other.cut.has(one.id);
  }

  #reachableFrom(replica: FakeReplica): readonly FakeReplica[] {
    return this.replicas.filter((other) => other === replica || this.#canReach(replica, other));
  }

  #hasMajority(replica: FakeReplica): boolean {
    return replica.up && this.#reachableFrom(replica).length > this.replicas.length / 2;
  }

  #canWin(replica: FakeReplica): boolean {
    const isBlind = this.bugs.has('elects-any-log');
    const voters = this.#reachableFrom(replica).filter(
      (voter) => isBlind || replica.compareLog(voter) >= 0,
    );
    return replica.up && voters.length > this.replicas.length / 2;
  }

  /** Moves everything that can move now. */
  step(): void {
    const leaders = this.replicas.filter((replica) => replica.leads && replica.up);
    const byTerm = leaders.toSorted((one, other) => other.term - one.term);
    for (const leader of byTerm) if (leader.leads) this.#lead(leader);
    this.#elect();
  }

  #lead(leader: FakeReplica): void {
    const followers = this.#reachableFrom(leader).filter((each) => each !== leader);
    if (followers.some((each) => each.term > leader.term)) {
      leader.leads = false;
      return;
    }
    for (const follower of followers) this.#replicate(leader, follower);
    if (this.#hasMajority(leader)) this.#commit(leader, followers);
  }

  #replicate(leader: FakeReplica, follower: FakeReplica): void {
    follower.term = leader.term;
    follower.leads = false;
    const lost = follower.follow(leader.log);
    if (this.bugs.has('keeps-lost-entries')) {
      for (const { update } of lost) {
        if (update !== undefined) follower.map.set(update.name, update.info);
      }
    }
    const isLost = ({ entry }: Waiting): boolean =>
      entry === undefined ||
      !leader.log.includes(entry) ||
      this.bugs.has('refuses-pending-that-commit');
    const replaced = follower.waiting.filter(isLost);
    follower.waiting = follower.waiting.filter((call) => !isLost(call));
    for (const { entry, resolve, reject } of replaced) {
      const pretends = entry !== undefined && this.bugs.has('replaced-updates-are-true');
      if (pretends) resolve(true);
      else reject(new Fault(1, 'not the leader'));
    }
  }

  #commit(leader: FakeReplica, followers: readonly FakeReplica[]): void {
    const { bugs } = this;
    const followersLag = bugs.has('replicates-late') || bugs.has('reads-lag');
    const end = leader.log.length;
    if (bugs.has('reads-lag')) this.#later(lateMs, () => leader.apply(end));
    else leader.apply();
    const frozen = bugs.has('crash-does-not-freeze')
      ? this.replicas.filter((each) => each.crashed)
      : [];
    for (const each of frozen) each.follow(leader.log);
    for (const follower of [...followers, ...frozen]) {
      const gap = follower.log.length - follower.applied;
      if (bugs.has('follower-never-catches-up') && gap > 1) continue;
      if (followersLag) this.#later(lateMs, () => follower.apply(end));
      else follower.apply();
    }
    for (const server of [leader, ...followers]) {
      const { waiting } = server;
      server.waiting = [];
      for (const call of waiting) call.resolve(call.work());
    }
  }

  #elect(): void {
    const neverElects =
      this.bugs.has('never-elects-again') || this.bugs.has('setleader-is-ignored');
    if (this.#electing || neverElects) return;
    if (this.#candidate() === undefined) return;
    this.#electing = true;
    this.#later(electionMs, () => {
      this.#electing = false;
      const winner = this.#candidate();
      if (winner === undefined) return;
      if (this.bugs.has('loses-last-update-at-failover')) this.#loseLast();
      this.#enthrone(winner);
      this.step();
    });
  }

  /** Who would win now among the servers that hear no leader. */
  #candidate(): FakeReplica | undefined {
    const orphans = this.replicas.filter(
      (replica) =>
        this.#canWin(replica) && !this.#reachableFrom(replica).some((each) => each.leads),
    );
    const sign = this.bugs.has('elects-any-log') ? 1 : -1;
    return orphans.toSorted((one, other) => sign * one.compareLog(other))[0];
  }

  #enthrone(replica: FakeReplica): void {
    const { bugs } = this;
    const known = bugs.has('votes-forgotten') ? [replica] : this.#reachableFrom(replica);
    const newest = Math.max(...known.map((each) => each.term));
    replica.term = bugs.has('same-term-twice') ? newest : newest + 1;
    for (const each of this.#reachableFrom(replica)) each.leads = false;
    replica.leads = true;
    if (!bugs.has('commits-old-terms-by-counting')) this.#append(replica, undefined);
  }

  #loseLast(): void {
    for (const replica of this.replicas) {
      const last = replica.log.findLastIndex((entry) => entry.update !== undefined);
      const name = replica.log[last]?.update?.name;
      replica.log = replica.log.filter((_, index) => index !== last);
      if (name !== undefined) replica.map.delete(name);
      replica.applied = Math.min(replica.applied, replica.log.length);
    }
  }

  #remember(replica: FakeReplica): void {
    if (!this.bugs.has('answers-from-memory-after-absence')) return;
    if (replica.leads) replica.memory = { map: new Map(replica.map), reads: 3 };
  }

  #refuseAll(replica: FakeReplica, fault: Fault): void {
    const gone = replica.waiting;
    replica.waiting = [];
    for (const call of gone) call.reject(fault);
  }

  #later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    this.#timers.add(timer);
  }
}
