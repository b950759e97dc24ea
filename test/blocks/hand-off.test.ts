/** What stores missed, and how they get it when they are back. */
import { expect } from 'chai';
import { BlockWorld, blockOf } from './block-world.js';
import { settled } from './fake-block-timer.js';

const blocks = Array.from({ length: 30 }, (_, number) => blockOf(`block ${number}`));
const [{ hash, bytes }] = [blockOf('hello')];

async function putAll(world: BlockWorld): Promise<void> {
  for (const block of blocks) await world.all.put(block.hash, block.bytes);
  await settled();
}

async function missingOn(world: BlockWorld, address: string): Promise<number> {
  const wanted = blocks.filter((block) => world.cluster.ownersOf(block.hash).includes(address));
  const copies = await Promise.all(wanted.map((block) => world.at(address).copy(block.hash)));
  return copies.filter((copy) => copy !== 'found').length;
}

const late = 'localhost:9002';

describe('the hand-off', () => {
  for (const mode of ['down', 'hung'] as const) {
    it(`brings a store that was ${mode} what it missed within 30 s of its return`, async () => {
      const world = new BlockWorld({ stores: 5, phase: 0.99 });
      world.at(late).mode = mode;
      await putAll(world);
      await world.timer.advance(60_000);
      expect(await missingOn(world, late)).to.be.greaterThan(5);
      world.at(late).mode = 'up';
      await world.timer.advance(30_000);
      expect(await missingOn(world, late)).to.equal(0);
      expect(world.handOff.size).to.equal(0);
      expect(world.timer.pending).to.equal(0);
      expect(new Set(world.told('handed-off'))).to.deep.equal(new Set([late]));
    });
  }

  it('does not read blocks for a store that is still away', async () => {
    const world = new BlockWorld();
    world.at(late).mode = 'down';
    await putAll(world);
    for (const store of world.stores) store.calls.length = 0;
    await world.timer.advance(60_000);
    expect(world.stores.flatMap(({ calls }) => calls)).not.to.include('get');
    expect(world.at(late).calls.length).to.be.within(10, 30);
  });

  it('goes on where it was when the store goes away in the middle', async () => {
    const world = new BlockWorld();
    world.at(late).mode = 'down';
    await putAll(world);
    world.at(late).mode = 'up';
    world.at(late).delayMs = 100;
    await world.timer.advance(3_500);
    world.at(late).mode = 'down';
    const left = await missingOn(world, late);
    expect(left).to.be.within(10, blocks.length - 1);
    world.at(late).calls.length = 0;
    await world.timer.advance(1_000);
    expect(world.at(late).calls).to.deep.equal(Array(4).fill('put'));
    await world.timer.advance(20_000);
    world.at(late).mode = 'up';
    await world.timer.advance(10_000);
    expect(await missingOn(world, late)).to.equal(0);
  });

  it('keeps what cannot be read now, and drops what nobody has', async () => {
    const world = new BlockWorld();
    expect(world.handOff.remember(late, hash)).to.equal(true);
    const other = world.stores.find((store) => store !== world.at(late));
    await other?.plant(hash, bytes);
    for (const store of world.stores) if (store !== world.at(late)) store.mode = 'down';
    await world.timer.advance(10_000);
    expect(world.handOff.size).to.equal(1);
    for (const store of world.stores) store.mode = 'up';
    await other?.lose(hash);
    await world.timer.advance(10_000);
    expect(world.handOff.size).to.equal(0);
    expect(await world.at(late).copy(hash)).to.equal('missing');
  });

  it('remembers so much and no more, and what it forgets is found by comparing', async () => {
    const world = new BlockWorld({ rememberedMax: 10 });
    world.at(late).mode = 'down';
    await putAll(world);
    expect(world.handOff.size).to.equal(10);
    expect(world.told('not-remembered')).to.have.length(blocks.length - 10);
    world.at(late).mode = 'up';
    await world.timer.advance(60_000);
    expect(await missingOn(world, late)).to.equal(0);
    expect(world.catchUp.awaited).to.equal(0);
    expect(world.timer.pending).to.equal(0);
  });

  it('stops when it is closed', async () => {
    const world = new BlockWorld();
    world.at(late).mode = 'down';
    await putAll(world);
    world.handOff.close();
    expect(world.timer.pending).to.equal(0);
    expect(world.handOff.remember(late, hash)).to.equal(true);
    expect(world.handOff.size).to.equal(0);
  });
});

describe('catching up', () => {
  it('finds what a store missed while nobody remembered it', async () => {
    const before = new BlockWorld({ stores: 5 });
    before.at(late).mode = 'down';
    await putAll(before);
    const world = new BlockWorld({ stores: 5 });
    for (const { hash: name, bytes: content } of blocks) {
      for (const address of before.cluster.addresses) {
        if ((await before.at(address).copy(name)) === 'found') {
          await world.at(address).plant(name, content);
        }
      }
    }
    for (const address of world.cluster.addresses) world.catchUp.expect(address);
    world.at(late).mode = 'down';
    await world.timer.advance(60_000);
    expect(world.catchUp.awaited).to.equal(1);
    expect(await missingOn(world, late)).to.be.greaterThan(5);
    world.at(late).mode = 'up';
    await world.timer.advance(30_000);
    expect(world.catchUp.awaited).to.equal(0);
    expect(await missingOn(world, late)).to.equal(0);
    expect(world.timer.pending).to.equal(0);
  });

  it('reads no bytes of blocks that are where they belong', async () => {
    const world = new BlockWorld({ stores: 5 });
    await putAll(world);
    for (const store of world.stores) store.calls.length = 0;
    for (const address of world.cluster.addresses) world.catchUp.expect(address);
    await world.timer.advance(60_000);
    expect(new Set(world.stores.flatMap(({ calls }) => calls))).to.deep.equal(new Set(['list']));
  });

  it('compares a store again that went away while it was compared', async () => {
    const world = new BlockWorld();
    world.at(late).mode = 'down';
    await putAll(world);
    world.handOff.close();
    world.at(late).mode = 'up';
    world.catchUp.expect(late);
    for (const store of world.stores) store.delayMs = 100;
    await world.timer.advance(10_050);
    world.at(late).mode = 'hung';
    await world.timer.advance(60_000);
    expect(world.catchUp.awaited).to.equal(1);
    world.at(late).mode = 'up';
    await world.timer.advance(20_000);
    expect(world.catchUp.awaited).to.equal(0);
  });

  it('compares at another moment in each phase', async () => {
    for (const [phase, comparesAtMs] of [
      [0, 10_000],
      [0.5, 12_500],
      [0.75, 13_750],
    ] as const) {
      const world = new BlockWorld({ phase });
      world.catchUp.expect(late);
      await world.timer.advance(comparesAtMs - 1);
      expect(world.catchUp.awaited).to.equal(1);
      await world.timer.advance(1);
      expect(world.catchUp.awaited).to.equal(0);
    }
  });

  it('stops when it is closed', () => {
    const world = new BlockWorld();
    world.catchUp.expect(late);
    world.catchUp.expect('localhost:9001');
    world.catchUp.close();
    world.catchUp.expect(late);
    expect([world.catchUp.awaited, world.timer.pending]).to.deep.equal([0, 0]);
  });
});
