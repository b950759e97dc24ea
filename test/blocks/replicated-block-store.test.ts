/** Several stores as one: who is sent a block, who is asked for it, and what is mended. */
import { expect } from 'chai';
import { AssertionError } from '../../src/base/assert.js';
import { BlockCluster } from '../../src/blocks/block-cluster.js';
import { BlockOutOfReach, BlockStoreError } from '../../src/blocks/block-store.js';
import { TooFewBlockStores } from '../../src/blocks/block-store.js';
import { Ring } from '../../src/blocks/ring.js';
import { BlockWorld, blockOf, refusalOf } from './block-world.js';
import { FakeBlockTimer, settled } from './fake-block-timer.js';
import { FaultyBlockStore } from './faulty-block-store.js';

const { hash, bytes } = blockOf('hello');

describe('the number of copies', () => {
  it('is three, or as many as there are stores, or what the configuration says', () => {
    expect(new BlockWorld({ stores: 1 }).cluster.copies).to.equal(1);
    expect(new BlockWorld({ stores: 2 }).cluster.copies).to.equal(2);
    expect(new BlockWorld({ stores: 5 }).cluster.copies).to.equal(3);
    expect(new BlockWorld({ stores: 5, copies: 5 }).cluster.copies).to.equal(5);
  });

  it('fits the stores', () => {
    expect(() => new BlockWorld({ stores: 2, copies: 3 })).to.throw(AssertionError);
    expect(() => new BlockWorld({ stores: 2, copies: 0 })).to.throw(AssertionError);
    const timer = new FakeBlockTimer();
    const stores = new Map([['a:1', new FaultyBlockStore(timer)]]);
    const ring = new Ring(['b:1']);
    expect(() => new BlockCluster({ ring, stores, timer })).to.throw(AssertionError, 'b:1');
  });
});

describe('putting a block on several stores', () => {
  it('sends it to its owners and to nobody else', async () => {
    const world = new BlockWorld({ stores: 5 });
    await world.all.put(hash, bytes);
    const copies = ['found', 'found', 'found', 'missing', 'missing'];
    expect(await world.copies(hash)).to.deep.equal(copies);
    expect(world.timer.pending).to.equal(0);
  });

  it('answers when a majority is durable, and writes the rest behind it', async () => {
    const world = new BlockWorld();
    world.keeper(hash, 0).delayMs = 3_000;
    await world.all.put(hash, bytes);
    expect(await world.copies(hash)).to.deep.equal(['missing', 'found', 'found']);
    await world.timer.advance(3_000);
    expect(await world.copies(hash)).to.deep.equal(['found', 'found', 'found']);
    expect(world.events).to.deep.equal([]);
  });

  it('does not answer before', async () => {
    const world = new BlockWorld();
    world.keeper(hash, 0).delayMs = 300;
    world.keeper(hash, 1).delayMs = 300;
    let isAnswered = false;
    void world.all.put(hash, bytes).then(() => (isAnswered = true));
    await world.timer.advance(299);
    expect(isAnswered).to.equal(false);
    await world.timer.advance(1);
    expect(isAnswered).to.equal(true);
  });

  it('has the next stores stand in for owners that refuse', async () => {
    const world = new BlockWorld({ stores: 5 });
    world.keeper(hash, 0).mode = 'down';
    world.keeper(hash, 2).mode = 'down';
    await world.all.put(hash, bytes);
    await settled();
    const copies = ['missing', 'found', 'missing', 'found', 'found'];
    expect(await world.copies(hash)).to.deep.equal(copies);
    expect(world.told('missed')).to.deep.equal([world.address(hash, 0), world.address(hash, 2)]);
    expect(world.handOff.size).to.equal(2);
  });

  it('has them stand in soon for owners that hang', async () => {
    const world = new BlockWorld({ stores: 5 });
    for (const place of [0, 1]) world.keeper(hash, place).mode = 'hung';
    let isAnswered = false;
    void world.all.put(hash, bytes).then(() => (isAnswered = true));
    await world.timer.advance(2_000);
    expect(isAnswered).to.equal(true);
    expect(world.handOff.size).to.equal(0);
    await world.timer.advance(14_000);
    expect(world.handOff.size).to.equal(2);
  });

  it('is refused when no majority of the copies can be kept, and says why', async () => {
    const world = new BlockWorld({ stores: 4 });
    for (const place of [0, 1, 3]) world.keeper(hash, place).mode = 'down';
    const refusal = await refusalOf(world.all.put(hash, bytes));
    expect(refusal).to.be.instanceOf(TooFewBlockStores);
    expect(refusal).to.be.instanceOf(BlockStoreError);
    expect(refusal.message).to.match(/^too few block stores: 2 must keep the block, 1 did/);
    expect(refusal.message).to.include(`${world.address(hash, 0)}: connection refused`);
  });

  it('is refused in the end when stores only hang', async () => {
    const world = new BlockWorld();
    for (const place of [0, 1]) world.keeper(hash, place).mode = 'hung';
    const refusal = refusalOf(world.all.put(hash, bytes));
    await world.timer.advance(15_000);
    expect(await refusal).to.be.instanceOf(TooFewBlockStores);
    world.handOff.close();
    expect(world.timer.pending).to.equal(0);
  });

  it('waits for slower stores when too much is being written behind the answers', async () => {
    const world = new BlockWorld({ behindBytesMax: 2 * bytes.length });
    world.keeper(hash, 0).delayMs = 500;
    for (const store of world.stores) if (store !== world.keeper(hash, 0)) store.delayMs = 1;
    const answered: number[] = [];
    const puts = [1, 2, 3].map(async (number) => {
      await world.all.put(hash, bytes);
      answered.push(number);
    });
    await world.timer.advance(100);
    expect(answered).to.deep.equal([]);
    await world.timer.advance(400);
    await Promise.all(puts);
    expect(answered).to.deep.equal([1, 2, 3]);
  });
});

describe('getting a block from several stores', () => {
  it('takes the copy of the owner when it is good', async () => {
    const world = new BlockWorld({ stores: 5 });
    await world.all.put(hash, bytes);
    for (const store of world.stores) store.calls.length = 0;
    expect((await world.all.get(hash)).kind).to.equal('found');
    expect(world.keeper(hash, 0).calls).to.deep.equal(['get']);
    expect(world.stores.flatMap(({ calls }) => calls)).to.have.length(1);
  });

  it('finds a good copy anywhere', async () => {
    const world = new BlockWorld({ stores: 5 });
    await world.keeper(hash, 4).plant(hash, bytes);
    for (const place of [0, 1]) world.keeper(hash, place).mode = 'down';
    const read = await world.all.get(hash);
    expect(read).to.deep.equal({ kind: 'found', bytes });
  });

  it('asks the next store when one lets it wait, and takes what comes first', async () => {
    const world = new BlockWorld();
    await world.all.put(hash, bytes);
    world.keeper(hash, 0).mode = 'hung';
    const read = world.all.get(hash);
    await world.timer.advance(1_000);
    expect((await read).kind).to.equal('found');
    await world.timer.advance(20_000);
    expect(world.timer.pending).to.equal(0);
    expect(world.events).to.deep.equal([]);
  });

  it('replaces damaged and missing copies of owners that it meets, and says so', async () => {
    const world = new BlockWorld({ stores: 4 });
    await world.all.put(hash, bytes);
    await world.keeper(hash, 0).damage(hash);
    await world.keeper(hash, 1).lose(hash);
    expect(await world.all.get(hash)).to.deep.equal({ kind: 'found', bytes });
    await settled();
    expect(await world.copies(hash)).to.deep.equal(['found', 'found', 'found', 'missing']);
    expect(world.told('damaged')).to.deep.equal([world.address(hash, 0)]);
    expect(world.told('missing')).to.deep.equal([world.address(hash, 1)]);
    expect(world.told('repaired')).to.have.length(2);
  });

  it('replaces a copy once, however many ask', async () => {
    const world = new BlockWorld();
    await world.all.put(hash, bytes);
    await world.keeper(hash, 0).damage(hash);
    world.keeper(hash, 0).calls.length = 0;
    world.keeper(hash, 0).delayMs = 10;
    const reads = Promise.all([1, 2, 3, 4].map(() => world.all.get(hash)));
    await world.timer.advance(100);
    expect((await reads).map(({ kind }) => kind)).to.deep.equal(Array(4).fill('found'));
    expect(world.keeper(hash, 0).calls.filter((call) => call === 'put')).to.have.length(1);
  });

  it('gives no copy to a store that is no owner and has none', async () => {
    const world = new BlockWorld({ stores: 5 });
    await world.keeper(hash, 4).plant(hash, bytes);
    await world.all.get(hash);
    await settled();
    const copies = ['found', 'found', 'found', 'missing', 'found'];
    expect(await world.copies(hash)).to.deep.equal(copies);
  });

  it('tries a repair that fails again later', async () => {
    const world = new BlockWorld();
    await world.all.put(hash, bytes);
    const bad = world.keeper(hash, 0);
    await bad.damage(hash);
    const read = world.all.get(hash);
    await Promise.resolve();
    bad.mode = 'down';
    expect((await read).kind).to.equal('found');
    await settled();
    expect(world.told('not-repaired')).to.deep.equal([world.address(hash, 0)]);
    bad.mode = 'up';
    await world.timer.advance(5_000);
    expect(await world.copies(hash)).to.deep.equal(['found', 'found', 'found']);
  });

  it('is certain that there is none only when all stores have answered', async () => {
    const world = new BlockWorld();
    expect(await world.all.get(hash)).to.deep.equal({ kind: 'missing' });
    world.keeper(hash, 1).mode = 'down';
    const refusal = await refusalOf(world.all.get(hash));
    expect(refusal).to.be.instanceOf(BlockOutOfReach);
    expect(refusal.message).to.match(/^block not found: 1 of 3 stores could not be asked/);
  });
});

describe('asking several stores which blocks are present', () => {
  it('counts a block when a majority has it, and has the others copied', async () => {
    const world = new BlockWorld({ stores: 5 });
    await world.keeper(hash, 1).plant(hash, bytes);
    expect((await world.all.present([hash])).size).to.equal(0);
    expect(world.handOff.size).to.equal(2);
    await world.timer.advance(5_000);
    expect([...(await world.all.present([hash]))]).to.deep.equal([hash]);
    expect(world.handOff.size).to.equal(0);
  });

  it('counts copies that stand in for others', async () => {
    const world = new BlockWorld({ stores: 5 });
    for (const place of [0, 1]) world.keeper(hash, place).mode = 'down';
    await world.all.put(hash, bytes);
    expect([...(await world.all.present([hash]))]).to.deep.equal([hash]);
  });

  it('is refused when too few stores answer in time', async () => {
    const world = new BlockWorld();
    await world.all.put(hash, bytes);
    world.keeper(hash, 0).mode = 'down';
    world.keeper(hash, 1).mode = 'hung';
    const refusal = refusalOf(world.all.present([hash]));
    await world.timer.advance(5_000);
    expect(await refusal).to.be.instanceOf(TooFewBlockStores);
    expect(world.timer.pending).to.equal(0);
  });
});

describe('listing and removing on several stores', () => {
  it('lists what only one store has, with the youngest age', async () => {
    const world = new BlockWorld();
    const other = blockOf('other');
    await world.all.put(hash, bytes);
    await world.stores[1]?.plant(other.hash, other.bytes);
    world.timer.jump(100);
    await world.stores[2]?.present([hash]);
    const listed = (await world.all.list('', 10)).map((block) => [block.hash, block.ageMs]);
    expect(listed).to.deep.equal(
      [
        [hash, 0],
        [other.hash, 100],
      ].sort(),
    );
  });

  it('is refused when no store answers', async () => {
    const world = new BlockWorld();
    for (const store of world.stores) store.mode = 'down';
    expect(await refusalOf(world.all.list('', 10))).to.be.instanceOf(BlockStoreError);
    expect(await refusalOf(world.all.remove(hash, 0))).to.be.instanceOf(BlockStoreError);
  });

  it('removes what stands in, too, and copies it nowhere any more', async () => {
    const world = new BlockWorld({ stores: 5 });
    world.keeper(hash, 0).mode = 'down';
    await world.all.put(hash, bytes);
    await settled();
    world.keeper(hash, 0).mode = 'up';
    expect(await world.all.remove(hash, 0)).to.equal(true);
    expect(await world.copies(hash)).to.deep.equal(Array(5).fill('missing'));
    expect(world.handOff.size).to.equal(0);
  });
});
