/**
 * Three people work on three folders while these are synced, at random and at once, and syncs are
 * killed at any point. In the end the folders are equal, and nothing is gone but what its own user
 * threw away: each content that a user wrote is in a version of the cluster, in a folder or in a
 * conflict copy, unless a user who had it in front of him overwrote or deleted it.
 */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { createRandom } from '../../src/io/seeded-random.js';
import { MemoryClient, type Tally } from './memory-client.js';
import { MemoryCluster } from './memory-cluster.js';

const seeds = 12;
const stepsPerSeed = 4000;
const names = ['a.txt', 'b', 'sub/c.d.e', '.profile', 'ü, x', 'sub/𝕏', 'z,5,0'];

/** Contents that several users may write, so that equal bytes meet; nobody owes them. */
const commonContents = ['', 'common 1', 'common 2'];

/** All that has to happen with every seed. */
const events = [
  ...(['upload', 'download', 'delete', 'delete-remote', 'conflict', 'note'] as const),
  ...(['refused', 'same-bytes', 'looked-at-again'] as const),
];

/** A user and a client. At most one sync of a folder runs at a time. */
interface Desk {
  readonly client: MemoryClient;
  sync: Generator<void, void> | undefined;
}

class Office {
  readonly cluster = new MemoryCluster();
  readonly tally: Tally = new Map();
  readonly desks: readonly Desk[];
  killed = 0;
  readonly #random: () => number;
  /** What may not be lost. */
  readonly #owed = new Set<string>();
  #written = 0;

  constructor(seed: string) {
    this.#random = createRandom(seed);
    this.desks = Array.from({ length: 3 }, () => ({
      client: new MemoryClient(this.cluster, this.tally),
      sync: undefined,
    }));
  }

  step(): void {
    const desk = this.#pick(this.desks);
    const chance = this.#random();
    if (chance < 0.3) this.#userActs(desk.client);
    else if (chance < 0.31) this.#kill(desk);
    else this.#advance(desk);
  }

  /** Every running sync ends; then each client syncs alone, twice. */
  settle(): void {
    for (const desk of this.desks) while (desk.sync !== undefined) this.#advance(desk);
    for (let round = 0; round < 2; round++) {
      for (const desk of this.desks) {
        do this.#advance(desk);
        while (desk.sync !== undefined);
      }
    }
  }

  check(): void {
    const map = this.cluster.readMap();
    const live = [...map].flatMap(([name, state]): (readonly [string, string])[] =>
      state.kind === 'file' ? [[name, this.cluster.read(state.blocks)]] : [],
    );
    for (const { client } of this.desks) {
      expect(client.files()).to.deep.equal(new Map(live));
      expect(client.index).to.deep.equal(map);
      expect(client.plan()).to.deep.equal([]);
    }
    const copies = this.desks.flatMap(({ client }) => client.copies());
    const kept = new Set([...this.cluster.contents(), ...copies]);
    expect([...this.#owed].filter((content) => !kept.has(content))).to.deep.equal([]);
    expect(this.#owed.size).to.be.greaterThan(200);
  }

  #advance(desk: Desk): void {
    desk.sync ??= desk.client.sync();
    if (desk.sync.next().done === true) desk.sync = undefined;
  }

  #kill(desk: Desk): void {
    if (desk.sync !== undefined) this.killed += 1;
    desk.sync = undefined;
  }

  #userActs(client: MemoryClient): void {
    const name = this.#pick(names);
    const chance = this.#random();
    if (chance < 0.55) this.#write(client, name, this.#newContent());
    else if (chance < 0.75) this.#write(client, name, undefined);
    else if (chance < 0.9) this.#rename(client, name);
    else this.#write(client, name, this.#pick([...commonContents, ...this.cluster.contents()]));
  }

  /** Also a conflict copy back to the name of a file. */
  #rename(client: MemoryClient, to: string): void {
    const files = [...client.folder].filter(([name]) => name !== to);
    if (files.length === 0) return;
    const [from, content] = this.#pick(files);
    client.folder.delete(from);
    this.#write(client, to, content);
  }

  #write(client: MemoryClient, name: string, content: string | undefined): void {
    const before = client.folder.get(name);
    const isThrownAway = before !== undefined && before !== content;
    if (isThrownAway && !this.cluster.contents().includes(before)) this.#owed.delete(before);
    if (content === undefined) client.folder.delete(name);
    else client.folder.set(name, content);
  }

  #newContent(): string {
    if (this.#random() < 0.2) return this.#pick(commonContents);
    this.#written += 1;
    const content = `written ${this.#written}`;
    this.#owed.add(content);
    return content;
  }

  #pick<T>(choices: readonly T[]): T {
    const at = Math.floor(this.#random() * choices.length);
    return must(choices[at], 'there is a choice');
  }
}

describe('three clients of one cluster', () => {
  for (let seed = 1; seed <= seeds; seed++) {
    it(`end up equal and lose nothing, with seed ${seed}`, () => {
      const office = new Office(String(seed));
      for (let step = 0; step < stepsPerSeed; step++) office.step();
      office.settle();
      office.check();
      for (const event of events) expect(office.tally.get(event) ?? 0, event).to.be.greaterThan(0);
      expect(office.killed).to.be.greaterThan(0);
    });
  }
});
