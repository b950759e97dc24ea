/**
 * The cluster as a check sees it: calls to its servers, waiting for conditions with deadlines, and
 * the crash switch, with a note of what has to be healed. Each check gets one of its own, whose
 * scope ends all its calls.
 */
import { CheckFailure, CheckSkipped } from './check-outcome.js';
import { describeAnswer } from '../wire/answer.js';
import type { CallScope } from '../wire/call-scope.js';
import { expectFault, expectThat, expectValue } from './expectations.js';
import { Server, type Reply, type Update } from '../wire/server.js';
import { LaunchError } from './launch-error.js';
import type { Processes } from './processes.js';
import { majorityOf, startedByOthers, type Target } from './target.js';
import type { Timing } from './timing.js';

/** What lasts from check to check of one run. */
export interface RunNotes {
  /** A wait for a leader ran out, and none has been met since. */
  leaderless: boolean;
  /** File names given out so far. */
  nameCount: number;
}

export class Cluster {
  readonly target: Target;
  /** The servers that answered at the start. */
  readonly servers: readonly Server[];
  readonly #scope: CallScope;
  readonly #notes: RunNotes;
  #disturbed = false;

  constructor(target: Target, scope: CallScope, notes: RunNotes) {
    this.target = target;
    this.#scope = scope;
    this.#notes = notes;
    const { spelling, timing, access } = target;
    const link = { spelling, callMs: timing.callMs, scope, access };
    this.servers = target.reachable.map((seat) => new Server(seat, link));
  }

  get timing(): Timing {
    return this.target.timing;
  }

  /** Servers that make a majority of the configuration. */
  get majority(): number {
    return majorityOf(this.target);
  }

  /** True once a check has done something that must be undone. */
  get disturbed(): boolean {
    return this.#disturbed;
  }

  /** A file name that nobody has used on this cluster; `topic` makes it readable. */
  newName(topic: string): string {
    this.#notes.nameCount += 1;
    return `${this.target.runName}-${topic}-${this.#notes.nameCount}`;
  }

  others(...excluded: readonly Server[]): readonly Server[] {
    return this.servers.filter((server) => !excluded.includes(server));
  }

  pause(durationMs: number): Promise<void> {
    return this.#scope.pause(durationMs);
  }

  /**
   * Looks at `condition` until it gives something other than undefined, which is returned; returns
   * undefined when `limitMs` has passed. Looks at least once.
   */
  async within<T>(
    limitMs: number,
    condition: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const result = await condition();
      if (result !== undefined) return result;
      if (performance.now() >= deadline) return undefined;
      await this.pause(this.timing.pollMs);
    }
  }

  /** Repeats a call until `holds` is true of its reply or `limitMs` has passed; the last reply. */
  async ask(
    limitMs: number,
    call: () => Promise<Reply>,
    holds: (reply: Reply) => boolean,
  ): Promise<Reply> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const reply = await call();
      if (holds(reply) || performance.now() >= deadline) return reply;
      await this.pause(this.timing.pollMs);
    }
  }

  /** The servers of `among` that now say that they lead. */
  async leadersNow(among: readonly Server[] = this.servers): Promise<readonly Server[]> {
    const replies = await Promise.all(among.map((server) => server.isLeader()));
    return replies
      .filter(({ answer }) => answer.kind === 'value' && answer.value === true)
      .map((reply) => reply.server);
  }

  /** Waits until exactly one server of `among` leads. A failure when that does not come. */
  async leader(among: readonly Server[] = this.servers): Promise<Server> {
    const { settleMs, impatientMs } = this.timing;
    const limitMs = this.#notes.leaderless ? impatientMs : settleMs;
    let lastSeen: readonly Server[] = [];
    const found = await this.within(limitMs, async () => {
      lastSeen = await this.leadersNow(among);
      const [leader, rival] = lastSeen;
      // Rivals that all patience did not part are not worth another wait.
      if (rival !== undefined) return this.#notes.leaderless ? 'rivals' : undefined;
      return leader;
    });
    this.#notes.leaderless = found === undefined || found === 'rivals';
    if (found !== undefined && found !== 'rivals') return found;
    const seen = lastSeen.map((server) => server.label).join(' and ');
    const crowd = among.map((server) => server.seat.id).join(', ');
    throw new CheckFailure(
      `exactly one leader among servers ${crowd} within ${limitMs} ms`,
      seen === '' ? 'none' : seen,
    );
  }

  /** The leader and one server that is not. */
  async leaderAndFollower(): Promise<{ readonly leader: Server; readonly follower: Server }> {
    const leader = await this.leader();
    const [follower] = this.others(leader);
    if (follower === undefined) throw new CheckSkipped('there is no follower');
    return { leader, follower };
  }

  /** Turns the crash switch on; a failure unless the server says true. */
  async crash(server: Server): Promise<void> {
    if (!this.target.abilities.has('crash')) throw new CheckSkipped('crash is not served');
    this.#disturbed = true;
    expectValue(await server.call('crash', []), true);
  }

  async restore(server: Server): Promise<void> {
    if (!this.target.abilities.has('crash')) throw new CheckSkipped('restore is not served');
    expectValue(await server.restore(), true);
  }

  /** From now on `server` neither sends to `from` nor accepts from them, or only one of both. */
  async cutOff(
    server: Server,
    from: readonly Server[],
    direction: 'both' | 'send' | 'receive' = 'both',
  ): Promise<void> {
    this.#disturbed = true;
    const ids = from.map((each) => each.seat.id);
    // The shortest form for the usual case: servers may know no directions.
    const params = direction === 'both' ? [ids] : [ids, direction];
    expectValue(await server.call('makeserverunreachablefrom', params), true);
  }

  /** SIGKILL; resolves when the server's process is gone. */
  async killProcess(server: Server): Promise<void> {
    await this.#disturbProcesses().kill(server.seat.id);
  }

  /** Starts a killed server again; a failure when it does not come up. */
  async startProcess(server: Server): Promise<void> {
    const processes = this.#disturbProcesses();
    try {
      await processes.start(server.seat.id);
    } catch (error) {
      if (!(error instanceof LaunchError)) throw error;
      throw new CheckFailure('a server that starts again', error.message, server.label);
    }
  }

  /** SIGSTOP: the server keeps its port and its memory, and does nothing. */
  pauseProcess(server: Server): void {
    this.#disturbProcesses().pause(server.seat.id);
  }

  /** SIGCONT. */
  resumeProcess(server: Server): void {
    this.#disturbProcesses().resume(server.seat.id);
  }

  /** Crashes followers until those left, the leader among them, are one short of a majority. */
  async crashMajorityOfFollowers(leader: Server): Promise<readonly Server[]> {
    const victims = this.others(leader).slice(Math.max(0, this.majority - 2));
    await Promise.all(victims.map((server) => this.crash(server)));
    return victims;
  }

  /** Writes `versions` of a file, one after the other; each must be answered true. */
  async write(leader: Server, name: string, versions: readonly number[]): Promise<void> {
    for (const version of versions) {
      expectValue(await leader.update(sampleUpdate(name, version)), true);
    }
  }

  /** A failure unless each of `servers` shows `version` in its own map within `limitMs`. */
  async expectApplied(
    servers: readonly Server[],
    file: { readonly name: string; readonly version: number },
    limitMs: number,
  ): Promise<void> {
    await Promise.all(
      servers.map(async (server) => {
        const reply = await this.ask(
          limitMs,
          () => server.appliedVersion(file.name),
          (seen) => showsVersion(seen, file.version),
        );
        const limit = Math.round(limitMs);
        expectThat(reply, `${file.version} within ${limit} ms`, (seen) => seen === file.version);
      }),
    );
  }

  /**
   * Starts and resumes every server of the tester's own, restores every server and lifts every
   * partition. What could not be healed, if anything.
   */
  async restoreAll(): Promise<string | undefined> {
    try {
      await this.target.processes?.heal();
    } catch (error) {
      if (!(error instanceof LaunchError)) throw error;
      return error.message;
    }
    const troubles = await Promise.all(this.servers.map((server) => this.#healServer(server)));
    return troubles.find((text) => text !== undefined);
  }

  /** Restores all and waits for one leader. What could not be healed, if anything. */
  async heal(): Promise<string | undefined> {
    const trouble = await this.restoreAll();
    if (trouble !== undefined) return trouble;
    try {
      await this.leader();
      return undefined;
    } catch (error) {
      if (error instanceof CheckFailure) return error.message;
      throw error;
    }
  }

  #disturbProcesses(): Processes {
    if (this.target.processes === undefined) throw new CheckSkipped(startedByOthers);
    this.#disturbed = true;
    return this.target.processes;
  }

  async #healServer(server: Server): Promise<string | undefined> {
    if (this.target.abilities.has('crash')) {
      const reply = await server.restore();
      const restored = reply.answer.kind === 'value';
      if (!restored) return `${server.label}: restore got ${describeAnswer(reply.answer)}`;
    }
    if (this.target.abilities.has('makeserverunreachablefrom')) {
      const { answer } = await server.call('makeserverunreachablefrom', [[]]);
      if (answer.kind !== 'value') {
        return `${server.label}: makeserverunreachablefrom got ${describeAnswer(answer)}`;
      }
    }
    return undefined;
  }
}

function showsVersion(reply: Reply, version: number): boolean {
  return reply.answer.kind === 'value' && reply.answer.value === version;
}

/** An update whose hash list can be told from that of every other version. */
export function sampleUpdate(name: string, version: number): Update {
  return { name, version, hashes: sampleHashes(version) };
}

export function sampleHashes(version: number): readonly string[] {
  return [`hash-${version}-a`, `hash-${version}-b`];
}

/** The fault texts of the contract, for the checks that judge them. */
export function expectNotLeader(reply: Reply): void {
  expectFault(reply, { code: 1, text: /not the leader/ });
}
