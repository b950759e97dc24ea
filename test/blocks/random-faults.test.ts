/**
 * Random calls on stores with random faults, held against what was answered: a block that was
 * acknowledged is there as long as a good copy can be reached, and no wrong byte is ever seen. The
 * seed in a test's name plays it again.
 */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { hashOf } from '../../src/blocks/block-hash.js';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import { BlockOutOfReach, TooFewBlockStores } from '../../src/blocks/block-store.js';
import type { ReadBlock } from '../../src/blocks/block-store.js';
import { repairBlocks, verifyBlocks } from '../../src/blocks/repair.js';
import { createRandom } from '../../src/io/seeded-random.js';
import { BlockWorld, blockOf } from './block-world.js';
import type { SampleBlock } from './block-world.js';
import type { FaultyBlockStore } from './faulty-block-store.js';

const stepsPerRun = 300;
const blocks = Array.from({ length: 12 }, (_, number) => blockOf('x'.repeat(number * 7)));

class Run {
  readonly #random: () => number;
  readonly world: BlockWorld;
  readonly acknowledged = new Set<BlockHash>();
  readonly outcomes = new Map<string, number>();

  constructor(seed: number) {
    this.#random = createRandom(`blocks ${seed}`);
    this.world = new BlockWorld({ stores: 1 + this.#below(6) });
  }

  async step(): Promise<void> {
    const block = this.#one(blocks);
    const dice = this.#random();
    if (dice < 0.25) await this.#put(block);
    else if (dice < 0.55) await this.#get(block);
    else if (dice < 0.65) await this.#present();
    else if (dice < 0.85) this.#turn(this.#one(this.world.stores));
    else if (dice < 0.93) await this.#hurt(block);
    else await this.world.timer.advance(this.#below(40_000));
  }

  /** Waits for a call, however long it takes. */
  async #ended<T>(call: Promise<T>): Promise<T> {
    const ends: true[] = [];
    const end = () => ends.push(true);
    call.then(end, end);
    for (let waitedMs = 0; ends.length === 0; waitedMs += 500) {
      expect(waitedMs, 'a call ends').to.be.below(100_000);
      await this.world.timer.advance(500);
    }
    return call;
  }

  async #put({ hash, bytes }: SampleBlock): Promise<void> {
    try {
      await this.#ended(this.world.all.put(hash, bytes));
    } catch (error) {
      expect(error).to.be.instanceOf(TooFewBlockStores);
      this.#count('put refused');
      return;
    }
    this.acknowledged.add(hash);
    const copies = (await this.world.copies(hash)).filter((kind) => kind === 'found').length;
    expect(copies, 'copies of a block that was acknowledged').to.be.at.least(
      this.world.cluster.majority,
    );
    this.#count('put');
  }

  async #get({ hash, bytes }: SampleBlock): Promise<void> {
    const isReachable = await this.#hasGoodCopyWithinReach(hash);
    let read: ReadBlock;
    try {
      read = await this.#ended(this.world.all.get(hash));
    } catch (error) {
      expect(error).to.be.instanceOf(BlockOutOfReach);
      expect(isReachable, 'a good copy within reach').to.equal(false);
      this.#count('out of reach');
      return;
    }
    if (read.kind === 'found') expect(read.bytes).to.deep.equal(bytes);
    else expect(isReachable, 'a good copy within reach').to.equal(false);
    this.#count(read.kind);
  }

  async #present(): Promise<void> {
    try {
      const found = await this.#ended(this.world.all.present(blocks.map(({ hash }) => hash)));
      for (const hash of found) {
        const copies = (await this.world.copies(hash)).filter((kind) => kind !== 'missing');
        expect(copies.length).to.be.at.least(this.world.cluster.majority);
      }
      this.#count('present');
    } catch (error) {
      expect(error).to.be.instanceOf(TooFewBlockStores);
      this.#count('present refused');
    }
  }

  #turn(store: FaultyBlockStore): void {
    store.mode = this.#one(['up', 'up', 'up', 'down', 'hung'] as const);
    store.delayMs = this.#one([0, 0, 50, 2_500]);
  }

  /** Damages or loses copies; never the last good one of a block that was acknowledged. */
  async #hurt({ hash }: SampleBlock): Promise<void> {
    const store = this.#one(this.world.stores);
    if ((await store.copy(hash)) === 'found') {
      const good = (await this.world.copies(hash)).filter((kind) => kind === 'found').length;
      if (good <= 1) return;
    }
    if (this.#random() < 0.5) await store.damage(hash);
    else await store.lose(hash);
  }

  async #hasGoodCopyWithinReach(hash: BlockHash): Promise<boolean> {
    const up = this.world.stores.filter(({ mode }) => mode === 'up');
    const copies = await Promise.all(up.map((store) => store.copy(hash)));
    return copies.includes('found');
  }

  #count(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #one<T>(items: readonly T[]): T {
    return must(items[this.#below(items.length)], 'one of the items');
  }
}

/** With all faults over, every acknowledged block has its copies again. */
async function expectWholeAgain({ world, acknowledged }: Run): Promise<void> {
  for (const store of world.stores) {
    store.mode = 'up';
    store.delayMs = 0;
  }
  await world.timer.advance(60_000);
  expect(world.timer.pending, 'alarms when all is quiet').to.equal(0);
  expect(world.handOff.size).to.equal(0);
  const options = { cluster: world.cluster, observer: () => undefined };
  const repaired = await repairBlocks({ ...options, referenced: acknowledged });
  expect(repaired.lost.filter((hash) => acknowledged.has(hash))).to.deep.equal([]);
  const { damaged, missing } = await verifyBlocks({ ...options, referenced: acknowledged });
  const lost = repaired.lost.length;
  if (lost === 0) expect([damaged, missing]).to.deep.equal([0, 0]);
  for (const hash of acknowledged) {
    const read = await world.all.get(hash);
    expect(read.kind === 'found' && hashOf(read.bytes)).to.equal(hash);
  }
}

describe('several faulty stores as one', () => {
  const outcomes = new Map<string, number>();
  for (let seed = 1; seed <= 40; seed++) {
    it(`keep what they acknowledge, seed ${seed}`, async () => {
      const run = new Run(seed);
      for (let step = 0; step < stepsPerRun; step++) await run.step();
      for (const [outcome, count] of run.outcomes) {
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
      }
      await expectWholeAgain(run);
    });
  }

  it('met every outcome on the way', () => {
    const seen = [...outcomes.keys()].sort();
    expect(seen).to.include.members(['found', 'missing', 'out of reach', 'present', 'put']);
    expect(seen).to.include.members(['present refused', 'put refused']);
  });
});
