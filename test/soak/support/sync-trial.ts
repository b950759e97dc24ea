/**
 * Three folders of one cluster of real servers: people work in them, syncs run side by side and are
 * killed, and so are servers, at any call of a sync. One seed makes the choices; the timing is the
 * machine's own.
 */
import { expect } from 'chai';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../../src/base/assert.js';
import { NetworkCluster } from '../../../src/cli/network-cluster.js';
import { parseIndex } from '../../../src/sync/index-file.js';
import type { SyncReport } from '../../../src/sync/sync-report.js';
import { drawOne } from '../../e2e/support/damage.js';
import { SyncedFolder } from '../../e2e/support/synced-folder.js';
import { host, type TestCluster } from '../../e2e/support/test-cluster.js';
import { KnownVersions } from './known-versions.js';

const names = ['a.txt', 'b', 'sub/c.d.e', '.profile', 'ü, x', 'sub/deep/e', 'z,5,0', 'long'];
const timeoutMs = 20_000;
const blockBytesMin = 1_000;
const blockBytesMax = 6_000;
const fileBytesMax = 15_000;
/** Calls of a round in which servers are struck; most rounds have more. */
const callsToStrikeMax = 40;
const operationsToKillMax = 80;
const processMsMax = 1_500;

export class SyncTrial {
  readonly counts = { steps: 0, syncs: 0, broken: 0, processes: 0, strikes: 0, conflicts: 0 };
  readonly #cluster: TestCluster;
  readonly #network: NetworkCluster;
  readonly #random: () => number;
  readonly #desks: readonly SyncedFolder[];
  readonly #versions = new KnownVersions();
  /** What people wrote and nobody who had it in front of him threw away. */
  readonly #owed = new Set<string>();
  /** Conflict copies that syncs told of, with their folder. */
  readonly #copies = new Map<string, SyncedFolder>();
  #callsToStrike = Infinity;
  #striking: Promise<void> = Promise.resolve();

  private constructor(cluster: TestCluster, random: () => number) {
    this.#cluster = cluster;
    this.#random = random;
    const servers = cluster.servers.map(({ id, port }) => ({ id, host, port }));
    this.#network = new NetworkCluster(servers, timeoutMs);
    const folders = ['ann', 'bob', 'cleo'].map((name) => join(cluster.folder, name));
    this.#desks = folders.map((folder) => new SyncedFolder(folder));
  }

  /** All servers of the cluster must run. */
  static async begin(cluster: TestCluster, random: () => number): Promise<SyncTrial> {
    const trial = new SyncTrial(cluster, random);
    for (const { base } of trial.#desks) await mkdir(base);
    return trial;
  }

  get versions(): number {
    return this.#versions.size;
  }

  /** People work, then some sync; now and then servers or syncs are killed under it. */
  async round(): Promise<void> {
    for (let acts = this.#below(6); acts >= 0; acts -= 1) await this.#act(this.#one(this.#desks));
    if (this.#below(8) === 0) this.#callsToStrike = this.#below(callsToStrikeMax);
    const syncing = this.#desks.filter(() => this.#below(3) > 0);
    await Promise.all([...syncing.map((desk) => this.#sync(desk)), this.#maybeAct()]);
    this.#callsToStrike = Infinity;
    await this.#striking;
  }

  /** The last syncs, and what must be true then. */
  async end(): Promise<void> {
    await this.#cluster.startAll();
    await this.#cluster.leader(30_000);
    for (const desk of [...this.#desks, ...this.#desks]) {
      const report = await this.#syncHere(desk, Infinity);
      expect([report?.problem, report?.failed, report?.skipped]).to.deep.equal([undefined, [], []]);
    }
    await this.#expectEqual();
    await this.#expectNothingGone();
    this.#network.close();
  }

  async #expectEqual(): Promise<void> {
    const map = await this.#network.readMap();
    const first = must(this.#desks[0], 'a desk');
    const wanted = await first.ownFiles();
    const live = [...map].filter(([, { kind }]) => kind === 'file').map(([name]) => name);
    expect([...wanted.keys()]).to.deep.equal(live.sort());
    for (const desk of this.#desks) {
      expect(await desk.ownFiles()).to.deep.equal(wanted);
      const index = parseIndex(await readFile(join(desk.base, 'index.txt'), 'utf8'));
      expect(index).to.deep.equal({ kind: 'index', files: map });
    }
  }

  async #expectNothingGone(): Promise<void> {
    this.#versions.look(await this.#network.readMap());
    expect(this.#versions.problems).to.deep.equal([]);
    const kept = new Set(await this.#versions.texts(this.#network));
    for (const desk of this.#desks) {
      for (const text of (await desk.files()).values()) kept.add(text);
    }
    const gone = [...this.#owed].filter((text) => !kept.has(text));
    expect(gone.map(digest)).to.deep.equal([]);
    for (const [copy, desk] of this.#copies) {
      const text = must(await desk.read(copy), () => `the conflict copy ${copy}`);
      expect(copy).to.contain(`.conflict-${digest(text).slice(0, 8)}`);
    }
  }

  /** While syncs run: they are to look at the file again. */
  async #maybeAct(): Promise<void> {
    while (this.#below(2) === 0) await this.#act(this.#one(this.#desks));
  }

  async #act(desk: SyncedFolder): Promise<void> {
    this.counts.steps += 1;
    const name = this.#one(names);
    const dice = this.#below(10);
    const before = await desk.read(name);
    if (dice < 6) {
      const bytes = randomBytes(1 + this.#below(fileBytesMax));
      if (before !== undefined) this.#owed.delete(before);
      await desk.write(name, bytes);
      // Between a last look and the renaming a sync cannot see what is written: not ours to owe.
      const text = bytes.toString('latin1');
      if ((await desk.read(name)) === text) this.#owed.add(text);
    } else if (dice < 8) {
      if (before !== undefined) this.#owed.delete(before);
      await desk.remove(name);
    } else {
      const to = this.#one(names);
      const there = await desk.read(to);
      if (there !== undefined && to !== name && before !== undefined) this.#owed.delete(there);
      if (before !== undefined) await desk.rename(name, to);
    }
  }

  async #sync(desk: SyncedFolder): Promise<void> {
    this.counts.steps += 1;
    this.counts.syncs += 1;
    const dice = this.#below(20);
    if (dice === 0) {
      this.counts.processes += 1;
      const { configPath } = this.#cluster;
      const isWhole = await desk.syncAsProcess(configPath, this.#blockBytes(), this.#processMs());
      if (!isWhole) this.counts.broken += 1;
      return;
    }
    const killAt = dice < 6 ? this.#below(operationsToKillMax) : Infinity;
    const report = await this.#syncHere(desk, killAt);
    if (report?.ok !== true) this.counts.broken += 1;
    expect(report?.problem ?? '').not.to.contain('this is not the cluster');
  }

  async #syncHere(desk: SyncedFolder, killAt: number): Promise<SyncReport | undefined> {
    const cluster = this.#versions.watch(this.#network, () => this.#onCall());
    const report = await desk.sync({ cluster, blockBytes: this.#blockBytes(), timeoutMs, killAt });
    for (const { copy } of report?.conflicts ?? []) {
      this.counts.conflicts += 1;
      this.#copies.set(copy, desk);
    }
    return report;
  }

  #onCall(): void {
    this.#callsToStrike -= 1;
    if (this.#callsToStrike !== 0) return;
    this.#striking = this.#strike();
    // What fails in it is told at the end of the round.
    this.#striking.catch(() => undefined);
  }

  /** The leader, another one, or all; they come back at once. */
  async #strike(): Promise<void> {
    this.counts.strikes += 1;
    const { servers } = this.#cluster;
    const statuses = await this.#cluster.statuses();
    const leader = statuses.find(({ status }) => status === 'leader')?.serverId ?? 0;
    const one = this.#below(servers.length);
    const chosen = drawOne([[leader], [leader], [one], servers.map(({ id }) => id)], this.#random);
    await Promise.all(chosen.map((id) => this.#cluster.server(id).end('SIGKILL')));
    await this.#cluster.startAll();
  }

  #blockBytes(): number {
    return blockBytesMin + this.#below(blockBytesMax - blockBytesMin);
  }

  #processMs(): number {
    return 1 + this.#below(processMsMax);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #one<T>(items: readonly T[]): T {
    return drawOne(items, this.#random);
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
