/**
 * A cluster of the site in memory, whose servers die, fall behind and lose their leader as a test
 * says. What it takes, it takes through the same parsers and into the same state as a real one.
 */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { must } from '../../../src/base/assert.js';
import {
  InvalidArgument,
  NotLeader,
  OutcomeUnknown,
  Unreachable,
} from '../../../src/client/client-errors.js';
import {
  parseSiteCommand,
  parseSiteQuery,
  SiteCallError,
} from '../../../src/site/parse-site-call.js';
import type { SiteRead, SiteUpdated } from '../../../src/site/site-call.js';
import type { SiteCommand, SiteResult } from '../../../src/site/site-command.js';
import { SiteState } from '../../../src/site/site-state.js';
import type { SiteCluster, SiteQuestion } from '../../../src/web/site/site-cluster.js';

interface HandServer {
  readonly id: number;
  readonly state: SiteState;
  applied: number;
  /** Refuses connections. */
  isDead: boolean;
  /** Takes connections and says nothing. */
  isSilent: boolean;
  /** Applies nothing, for now. */
  isFrozen: boolean;
  delayMs: number;
}

export class HandCluster implements SiteCluster {
  readonly servers: readonly number[];
  readonly #servers: readonly HandServer[];
  readonly #log: SiteCommand[] = [];
  readonly #closing = new AbortController();
  leader: number | null = 0;
  /** What the log's clock says. */
  nowMs = Date.UTC(2026, 0, 1);
  /** Changes that wait for a majority. */
  waiting = 0;
  /** Takes a change in without confirming it. */
  losesAnswers = false;
  /** Questions that servers were asked. */
  reads = 0;

  constructor(size = 3) {
    this.servers = Array.from({ length: size }, (_, id) => id);
    this.#servers = this.servers.map((id) => ({
      ...{ id, state: new SiteState(), applied: 0, delayMs: 0 },
      ...{ isDead: false, isSilent: false, isFrozen: false },
    }));
  }

  server(id: number): HandServer {
    return must(this.#servers[id], 'a server of this cluster');
  }

  /** Commands in the log. */
  get commands(): readonly SiteCommand[] {
    return this.#log;
  }

  async read(id: number, { query, atLeastIndex }: SiteQuestion, timeoutMs: number) {
    const server = this.server(id);
    this.reads += 1;
    await this.#reach(server, timeoutMs);
    const asked = this.#parsed(() => parseSiteQuery(JSON.stringify(query)));
    const read: SiteRead = {
      ...{ server: id, term: 1, leader: this.leader, applied: server.applied },
      committed: server.isFrozen ? server.applied : this.#log.length,
      answer: server.applied < atLeastIndex ? null : server.state.answer(asked),
    };
    return JSON.parse(JSON.stringify(read)) as SiteRead;
  }

  async update(command: SiteCommand, signal: AbortSignal): Promise<SiteUpdated> {
    const parsed = this.#parsed(() => parseSiteCommand(JSON.stringify(command)));
    this.waiting += 1;
    while (this.leader === null || !this.#hasMajority()) {
      if (signal.aborted || this.#closing.signal.aborted) throw new NotLeader('nobody leads');
      await wait(5);
    }
    this.waiting -= 1;
    this.#log.push({ ...parsed, timeMs: this.nowMs });
    const results = this.#servers.map((server) => this.catchUp(server.id));
    if (this.losesAnswers) {
      if (!signal.aborted) await once(signal, 'abort');
      throw new OutcomeUnknown('outcome unknown: the answer was lost', undefined);
    }
    const result = must(results[this.leader], 'the leader applies it');
    return { result, index: this.#log.length };
  }

  /** Has a server apply what it may; returns what came of the last command. */
  catchUp(id: number): SiteResult | undefined {
    const server = this.server(id);
    let result: SiteResult | undefined;
    while (!server.isDead && !server.isFrozen && server.applied < this.#log.length) {
      result = server.state.apply(must(this.#log[server.applied], 'an entry of the log'));
      server.applied += 1;
    }
    return result;
  }

  close(): void {
    this.#closing.abort();
  }

  #hasMajority(): boolean {
    return 2 * this.#servers.filter(({ isDead }) => !isDead).length > this.servers.length;
  }

  async #reach(server: HandServer, timeoutMs: number): Promise<void> {
    const { signal } = this.#closing;
    if (server.isDead) throw new Unreachable('connection refused');
    if (server.isSilent) {
      await wait(timeoutMs, undefined, { signal }).catch(() => undefined);
      throw new Unreachable('no answer');
    }
    if (server.delayMs > 0) await wait(server.delayMs, undefined, { signal });
  }

  #parsed<Value>(parse: () => Value): Value {
    try {
      return parse();
    } catch (error) {
      throw error instanceof SiteCallError ? new InvalidArgument(error.message) : error;
    }
  }
}
