/**
 * What goes wrong, and what goes on beside it. Copies are hurt only as far as the cluster promises
 * to bear it: one good copy of each block stays with a store that is to keep it, and fewer copies
 * are damaged than a majority, whose word "present" rests on.
 */
import type { BlockHash } from '../../../src/blocks/block-hash.js';
import type { SimRandom } from '../sim-random.js';
import type { Desk } from './desk.js';
import { calmMs, expectHandedOff } from './ending.js';
import type { SyncWorld } from './sync-world.js';

const minuteMs = 60_000;
/** Longer than a sync relies on a block without asking again, with its calls and time-outs. */
const graceMinutesMin = 12;
const graceMinutesMax = 25;
/** How long a sync takes when nothing holds it up. */
const syncMsUsual = 400;
/** The same of a program that looks after the blocks. */
const careMsUsual = 60;
const careSleepMsMax = 60 * minuteMs;
const syncSleepMsMax = 60 * minuteMs;
const blockBytesChoices = [3, 8, 8, 64];

export class Mischief {
  kills = 0;
  powerCuts = 0;
  readonly #world: SyncWorld;
  readonly #random: SimRandom;
  readonly #graceMs: number;
  /** How rough this run is, from 0 on. */
  readonly #roughness: number;

  constructor(world: SyncWorld) {
    this.#world = world;
    this.#random = world.random.fork();
    this.#graceMs = this.#random.integer(graceMinutesMin, graceMinutesMax) * minuteMs;
    this.#roughness = this.#random.pick([0, 0.5, 1, 1]);
    world.cluster.silentUpdates = this.#roughness * this.#random.pick([0, 0.02, 0.1]);
  }

  async step(): Promise<void> {
    const random = this.#random;
    const { desks, person } = this.#world;
    const desk = random.pick(desks);
    const dice = random.next();
    if (dice < 0.3) person.act(desk);
    else if (dice < 0.6) await this.#sync(desk);
    else if (dice < 0.66) await this.#startCare();
    else if (dice < 0.69) await this.#calm();
    else if (random.chance(this.#roughness)) await this.#strike();
    await this.#world.runFor(this.#gapMs());
  }

  /**
   * For a while everything is well: what stores missed must reach them, without any scrub. A
   * collector that sleeps is left to wake up when much has changed.
   */
  async #calm(): Promise<void> {
    if (this.#world.collector.isRunning) return;
    this.mend();
    await this.#world.runFor(calmMs);
    await expectHandedOff(this.#world);
  }

  /** All servers run, all stores are well, and no program goes on. */
  mend(): void {
    const { cluster, collector, care, desks } = this.#world;
    collector.kill();
    care.kill();
    for (const desk of desks) desk.kill();
    for (const server of cluster.servers) server.start();
    for (const store of cluster.stores) {
      store.mode = 'up';
      store.slowMs = 0;
      store.lossRate = 0;
    }
  }

  #gapMs(): number {
    const { next } = this.#random;
    const dice = next();
    if (dice < 0.75) return next() * 400;
    if (dice < 0.95) return next() * 20_000;
    return next() * 10 * minuteMs;
  }

  /** Now and then something happens to it before it comes to its end. */
  async #sync(desk: Desk): Promise<void> {
    const random = this.#random;
    desk.sync(random.pick(blockBytesChoices));
    if (!random.chance(this.#roughness * 0.3)) return;
    await this.#world.runFor(random.next() * syncMsUsual);
    this.#interrupt(desk);
  }

  #interrupt(desk: Desk): void {
    const dice = this.#random.next();
    if (dice < 0.4) this.#count('powerCuts', () => desk.cutPower());
    else if (dice < 0.7) desk.pause(this.#random.next() * syncSleepMsMax);
    else if (desk.isSyncing) this.#count('kills', () => desk.kill());
  }

  /** Now and then the machine that it runs on goes to sleep at once, and wakes up much later. */
  async #startCare(): Promise<void> {
    const random = this.#random;
    const { collector, care } = this.#world;
    const collects = random.chance(0.7);
    const program = collects ? collector : care;
    if (program.isRunning) return;
    if (collects) collector.collect(this.#graceMs);
    else care.repair();
    if (!random.chance(this.#roughness * 0.4)) return;
    await this.#world.runFor(random.next() * careMsUsual);
    program.pause(random.next() * careSleepMsMax);
  }

  async #strike(): Promise<void> {
    const random = this.#random;
    const { cluster, desks, collector, care } = this.#world;
    const desk = random.pick(desks);
    const dice = random.next();
    if (dice < 0.15) this.#turnServer();
    else if (dice < 0.35) this.#turnStore();
    else if (dice < 0.6) await this.#hurt();
    else if (dice < 0.95) this.#interrupt(desk);
    else if (dice < 0.96) random.pick([collector, care]).kill();
    else for (const server of cluster.servers) server.kill();
  }

  #count(what: 'kills' | 'powerCuts', action: () => void): void {
    this[what] += 1;
    action();
  }

  #turnServer(): void {
    const { servers } = this.#world.cluster;
    const server = this.#random.pick(servers);
    if (server.up !== undefined && this.#random.chance(0.4)) server.kill();
    else for (const each of servers) each.start();
  }

  /** A store may be well again, too; what is down is so until its server starts. */
  #turnStore(): void {
    const random = this.#random;
    const { stores, areStoresServers } = this.#world.cluster;
    const store = random.pick(stores);
    if (areStoresServers && store.mode === 'down') return;
    const modes = ['up', 'up', 'hung', areStoresServers ? 'hung' : 'down'] as const;
    store.mode = random.pick(modes);
    store.slowMs = random.pick([0, 0, 0, 200, 4_000, 8_000]);
    store.lossRate = random.pick([0, 0, 0, 0.05, 0.3]);
  }

  async #hurt(): Promise<void> {
    const { judge, cluster } = this.#world;
    const hashes = judge.blocks();
    if (hashes.length === 0) return;
    for (const hash of this.#random.some(hashes, 3 / hashes.length)) {
      const store = this.#random.pick(cluster.stores);
      if (!judge.copiesOf(hash).has(store.address) || !this.#canBear(hash, store.address)) continue;
      if (this.#random.chance(0.5)) await store.lose(hash);
      else if (this.#canBearDamage(hash)) await store.damage(hash);
    }
  }

  #canBear(hash: BlockHash, address: string): boolean {
    const { judge, cluster } = this.#world;
    const owners = cluster.ownersOf(hash);
    const good = judge.goodCopies(hash);
    return good.some((other) => other !== address && owners.includes(other));
  }

  #canBearDamage(hash: BlockHash): boolean {
    const { judge, cluster } = this.#world;
    const copies = [...judge.copiesOf(hash).values()];
    const damaged = copies.filter(({ isGood }) => !isGood).length;
    return damaged + 1 < cluster.majority;
  }
}
