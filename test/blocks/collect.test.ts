/** Taking away blocks that no file names: what goes, and what stays, also when it takes long. */
import { expect } from 'chai';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import { collectBlocks, type CollectReport } from '../../src/blocks/collect.js';
import { BlockWorld, blockOf, type SampleBlock } from './block-world.js';
import { settled } from './fake-block-timer.js';

const graceMs = 3_600_000;
const named = blockOf('named');
const unnamed = blockOf('unnamed');

async function put(world: BlockWorld, { hash, bytes }: SampleBlock): Promise<void> {
  await world.all.put(hash, bytes);
  await settled();
}

function collect(world: BlockWorld, more: { readonly dryRun?: boolean } = {}) {
  return collectBlocks({
    cluster: world.cluster,
    referenced: new Set<BlockHash>([named.hash]),
    referencedAtMs: world.timer.now(),
    graceMs,
    dryRun: more.dryRun ?? false,
  });
}

describe('the collection of blocks', () => {
  it('takes what no file names and is old, from every store, and nothing else', async () => {
    const world = new BlockWorld();
    await put(world, named);
    await put(world, unnamed);
    world.timer.jump(graceMs);
    const young = blockOf('young');
    await put(world, young);
    const foreseen = await collect(world, { dryRun: true });
    expect(await world.copies(unnamed.hash)).to.deep.equal(['found', 'found', 'found']);
    const done: CollectReport = { unreferenced: 2, removed: 1, bytes: 7, refusals: [] };
    expect([foreseen, await collect(world)]).to.deep.equal([done, done]);
    expect(await world.copies(unnamed.hash)).to.deep.equal(['missing', 'missing', 'missing']);
    for (const { hash } of [named, young]) {
      expect(await world.copies(hash)).to.deep.equal(['found', 'found', 'found']);
    }
  });

  it('leaves a block that was asked for meanwhile', async () => {
    const world = new BlockWorld();
    await put(world, unnamed);
    world.timer.jump(graceMs);
    await world.all.present([unnamed.hash]);
    expect((await collect(world)).removed).to.equal(0);
  });

  it('leaves what came after its references were read, however long it takes', async () => {
    const world = new BlockWorld();
    await put(world, unnamed);
    world.timer.jump(graceMs);
    const late = blockOf('late');
    for (const store of world.stores) store.delayMs = 10;
    const collecting = collect(world);
    await settled();
    // A file that names it may be put right away; only then the collection goes to sleep.
    for (const address of world.cluster.addresses) {
      await world.at(address).plant(late.hash, late.bytes);
    }
    world.timer.jump(graceMs);
    await world.timer.advance(1_000);
    expect(await collecting).to.deep.include({ unreferenced: 2, removed: 1 });
    expect(await world.copies(late.hash)).to.deep.equal(['found', 'found', 'found']);
  });

  it('tells of stores that it could not look through', async () => {
    const world = new BlockWorld();
    await put(world, unnamed);
    world.timer.jump(graceMs);
    world.at('localhost:9002').mode = 'down';
    const { removed, refusals } = await collect(world);
    expect([removed, refusals.length]).to.deep.equal([1, 1]);
    expect(refusals[0]).to.contain('localhost:9002');
  });
});
