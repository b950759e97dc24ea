/**
 * Clients at work: they read and update a few files at the same time, for as long as a test does
 * something to the servers, and write down every answer. At the end the whole history must fit
 * the log: nothing acknowledged is lost, nothing takes effect twice, no read is stale.
 */
import { expect } from 'chai';
import { must } from '../../../src/base/assert.js';
import { checkHistory } from '../../sim/checkers/check-history.js';
import { History } from '../../sim/history.js';
import { eventually } from './eventually.js';
import { HistoryClient } from './history-client.js';
import { readMemory } from './read-log.js';
import type { TestCluster } from './test-cluster.js';

const clientCount = 6;
/** With names that a careless program stumbles over. */
const names = ['a', 'b', 'ü 𝄞', '__proto__'];
/**
 * How far the clients may be ahead of what the test has asked for. It bounds the log, of which a
 * server tells only so much, and still keeps calls under way whatever happens.
 */
const aheadMax = 40;
const progressMsMax = 15_000;
/** The longest that a test may leave its clients without work. */
const leaveMsMax = 60_000;
const agreementMsMax = 10_000;

export class Workload {
  readonly #cluster: TestCluster;
  readonly #history = new History();
  readonly #working: Promise<unknown>;
  #failure: Error | undefined;
  #acknowledged = 0;
  #allowed = aheadMax;
  #isEnding = false;

  /** Begins at once; the cluster needs no leader yet. */
  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
    const clients = Array.from({ length: clientCount }, (_, i) => this.#work(i));
    this.#working = Promise.all(clients);
    this.#working.catch((error: unknown) => (this.#failure = error as Error));
  }

  /** Updates that were answered `true`. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Resolves once so many more updates have been acknowledged, as they are within the deadline. */
  async progress(updates: number, deadlineMs = progressMsMax): Promise<void> {
    const wanted = this.#acknowledged + updates;
    this.#allowed = wanted + aheadMax;
    await eventually(`${updates} acknowledged updates`, deadlineMs, () => {
      if (this.#failure !== undefined) throw this.#failure;
      return this.#acknowledged >= wanted ? true : undefined;
    });
  }

  /** Lets the clients come to an end; the cluster must have a leader, or get one. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#working;
  }

  /**
   * Ends the clients, starts every server that does not run, and waits until all have applied the
   * same. What they hold must be the same, all of it, and fit what the clients were told.
   */
  async endAndCheck(): Promise<void> {
    await this.#cluster.startAll();
    await this.end();
    const { serverId } = await this.#cluster.leader();
    const survivor = new HistoryClient(this.#cluster, this.#history, 'survivor');
    for (const name of names) await survivor.read(name);
    await this.#cluster.agreement(agreementMsMax);
    const { log, files } = await readMemory(this.#cluster, serverId);
    checkHistory(this.#history.calls, log);
    for (const id of this.#cluster.others(serverId)) {
      expect(await readMemory(this.#cluster, id), `server ${id}`).to.deep.equal({ log, files });
    }
  }

  async #work(number: number): Promise<void> {
    const client = new HistoryClient(this.#cluster, this.#history, `client ${number}`);
    for (let turn = number; !this.#isEnding; turn += 1) {
      if (this.#acknowledged >= this.#allowed) {
        await this.#leave();
        continue;
      }
      const name = must(names[turn % names.length], 'a name');
      const { version } = await client.read(name);
      if (await client.update(name, version + 1)) this.#acknowledged += 1;
    }
  }

  /** Resolves once there is work again, or the end. */
  async #leave(): Promise<void> {
    await eventually('the test to go on', leaveMsMax, () => {
      if (this.#cluster.isDestroyed) throw new Error('the test ended without its clients');
      return this.#isEnding || this.#acknowledged < this.#allowed ? true : undefined;
    });
  }
}
