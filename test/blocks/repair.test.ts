/** Finding and mending bad copies: by hand, and slowly in the background. */
import { expect } from 'chai';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import { repairBlocks, verifyBlocks } from '../../src/blocks/repair.js';
import type { RepairReport } from '../../src/blocks/repair.js';
import { Scrub } from '../../src/blocks/scrub.js';
import { surveyBlocks } from '../../src/blocks/survey.js';
import { BlockWorld, blockOf } from './block-world.js';
import { settled } from './fake-block-timer.js';

const blocks = Array.from({ length: 20 }, (_, number) => blockOf(`block ${number}`));
const [hello, absent] = [blockOf('hello'), blockOf('absent')];

async function filled(stores: number): Promise<BlockWorld> {
  const world = new BlockWorld({ stores });
  for (const { hash, bytes } of [...blocks, hello]) await world.all.put(hash, bytes);
  await settled();
  return world;
}

function verify(world: BlockWorld, referenced?: readonly BlockHash[]): Promise<RepairReport> {
  return verifyBlocks(optionsOf(world, referenced));
}

function repair(world: BlockWorld, referenced?: readonly BlockHash[]): Promise<RepairReport> {
  return repairBlocks(optionsOf(world, referenced));
}

function optionsOf(world: BlockWorld, referenced: readonly BlockHash[] = []) {
  const observer = () => undefined;
  return { cluster: world.cluster, observer, referenced };
}

function numbers({ ok, checked, damaged, missing, repaired, lost }: RepairReport) {
  return { ok, checked, damaged, missing, repaired, lost };
}

const copies = (blocks.length + 1) * 3;
const allWell = { ok: true, checked: copies, damaged: 0, missing: 0, repaired: 0, lost: [] };

describe('verifying blocks', () => {
  it('reads every copy of every block, and counts what each store holds', async () => {
    const world = await filled(5);
    const report = await verify(world, [hello.hash]);
    expect(numbers(report)).to.deep.equal(allWell);
    expect(report.stores.map(({ address }) => address)).to.deep.equal(world.cluster.addresses);
    const total = report.stores.reduce((sum, store) => sum + store.blocks, 0);
    const bytes = report.stores.reduce((sum, store) => sum + store.bytes, 0);
    const sizes = [...blocks, hello].reduce((sum, block) => sum + block.bytes.length, 0);
    expect([total, bytes]).to.deep.equal([copies, sizes * 3]);
    expect(report.stores.every(({ reachable }) => reachable)).to.equal(true);
  });

  it('is content with nothing', async () => {
    expect(numbers(await verify(new BlockWorld()))).to.deep.equal({ ...allWell, checked: 0 });
  });

  it('counts damaged and missing copies, and changes nothing', async () => {
    const world = await filled(5);
    await world.keeper(hello.hash, 0).damage(hello.hash);
    await world.keeper(hello.hash, 2).lose(hello.hash);
    for (let round = 0; round < 2; round++) {
      const bad = { ok: false, checked: copies - 1, damaged: 1, missing: 1 };
      expect(numbers(await verify(world))).to.deep.equal({ ...allWell, ...bad });
    }
  });

  it('names blocks of files that no store has', async () => {
    const world = await filled(3);
    const report = await verify(world, [hello.hash, absent.hash]);
    const bad = { ok: false, missing: 3, lost: [absent.hash] };
    expect(numbers(report)).to.deep.equal({ ...allWell, ...bad });
  });

  it('names blocks of which every copy is damaged, whether files name them or not', async () => {
    const world = await filled(3);
    for (const store of world.stores) await store.damage(hello.hash);
    const bad = { ok: false, damaged: 3, lost: [hello.hash] };
    expect(numbers(await verify(world))).to.deep.equal({ ...allWell, ...bad });
    expect(numbers(await repair(world, [hello.hash]))).to.deep.equal({ ...allWell, ...bad });
    expect(await world.copies(hello.hash)).to.deep.equal(Array(3).fill('damaged'));
  });

  it('is not content when a store cannot be asked, whose copies are not bad', async () => {
    for (const mode of ['down', 'hung'] as const) {
      const world = await filled(3);
      world.at('localhost:9001').mode = mode;
      const report = verify(world);
      await world.timer.advance(60_000);
      const some = { ok: false, checked: (copies / 3) * 2 };
      expect(numbers(await report)).to.deep.equal({ ...allWell, ...some });
      expect((await report).stores.map(({ reachable }) => reachable)).to.deep.equal([
        false,
        true,
        true,
      ]);
      expect(world.timer.pending).to.equal(0);
    }
  });

  it('waits once, not for every block, for a store that stops to answer', async () => {
    const world = await filled(3);
    const store = world.at('localhost:9001');
    const report = verify(world);
    await Promise.resolve();
    store.mode = 'hung';
    await world.timer.advance(15_000);
    expect((await report).stores[0]?.reachable).to.equal(false);
  });
});

describe('repairing blocks', () => {
  it('replaces damaged and missing copies', async () => {
    const world = await filled(5);
    await world.keeper(hello.hash, 0).damage(hello.hash);
    await world.keeper(hello.hash, 1).lose(hello.hash);
    const counts = { checked: copies - 1, damaged: 1, missing: 1, repaired: 2 };
    expect(numbers(await repair(world))).to.deep.equal({ ...allWell, ...counts });
    expect(numbers(await verify(world))).to.deep.equal(allWell);
  });

  it('fills a store that lost everything', async () => {
    const world = await filled(3);
    for (const { hash } of [...blocks, hello]) await world.stores[1]?.lose(hash);
    const lost = copies / 3;
    const counts = { checked: copies - lost, missing: lost, repaired: lost };
    expect(numbers(await repair(world))).to.deep.equal({ ...allWell, ...counts });
    expect(numbers(await verify(world))).to.deep.equal(allWell);
  });

  it('finds the last good copy where it does not belong', async () => {
    const world = new BlockWorld({ stores: 5 });
    await world.keeper(hello.hash, 4).plant(hello.hash, hello.bytes);
    const report = await repair(world, [hello.hash]);
    const counts = { checked: 1, missing: 3, repaired: 3 };
    expect(numbers(report)).to.deep.equal({ ...allWell, ...counts });
    const whole = ['found', 'found', 'found', 'missing', 'missing'];
    expect(await world.copies(hello.hash)).to.deep.equal(whole);
  });

  it('keeps copies too many until every owner has a good one', async () => {
    const world = await filled(5);
    await world.keeper(hello.hash, 3).plant(hello.hash, hello.bytes);
    await world.keeper(hello.hash, 4).plant(hello.hash, hello.bytes);
    await world.keeper(hello.hash, 4).damage(hello.hash);
    world.keeper(hello.hash, 1).mode = 'down';
    await repair(world);
    const some = ['found', 'found', 'found', 'found', 'found'];
    expect(await world.copies(hello.hash)).to.deep.equal(some);
    world.keeper(hello.hash, 1).mode = 'up';
    await world.keeper(hello.hash, 4).damage(hello.hash);
    const report = await repair(world);
    const counts = { checked: copies + 2, damaged: 1, repaired: 1 };
    expect(numbers(report)).to.deep.equal({ ...allWell, ...counts });
    const whole = ['found', 'found', 'found', 'missing', 'missing'];
    expect(await world.copies(hello.hash)).to.deep.equal(whole);
  });

  it('loses nothing that was taken away while it ran, and brings nothing back', async () => {
    const world = await filled(3);
    for (const store of world.stores) store.delayMs = 1;
    const report = repair(world);
    await world.timer.advance(1);
    for (const store of world.stores) for (const { hash } of blocks) await store.lose(hash);
    await world.timer.advance(60_000);
    expect(numbers(await report)).to.deep.equal({ ...allWell, checked: 3 });
  });

  it('cares only for its own blocks when others care for the rest', async () => {
    const world = await filled(3);
    for (const { hash } of [...blocks, hello]) await world.stores[1]?.damage(hash);
    const isOurs = (hash: BlockHash) => hash === hello.hash;
    const report = await repairBlocks({ ...optionsOf(world), isOurs });
    expect(numbers(report)).to.deep.equal({ ...allWell, checked: 3, damaged: 1, repaired: 1 });
  });
});

describe('surveying blocks', () => {
  it('counts blocks with too few copies without reading any', async () => {
    const world = await filled(5);
    await world.keeper(hello.hash, 0).lose(hello.hash);
    world.stores.forEach((store) => (store.calls.length = 0));
    const survey = await surveyBlocks({ cluster: world.cluster });
    expect(survey.withTooFewCopies).to.equal(1);
    const held = survey.stores.reduce((sum, store) => sum + store.blocks, 0);
    expect(held).to.equal(copies - 1);
    expect(new Set(world.stores.flatMap(({ calls }) => calls))).to.deep.equal(new Set(['list']));
  });

  it('walks through more blocks than a page holds', async () => {
    const world = new BlockWorld({ stores: 2 });
    const many = Array.from({ length: 2_500 }, (_, number) => blockOf(`${number}`));
    for (const { hash, bytes } of many) await world.all.put(hash, bytes);
    await settled();
    const survey = await surveyBlocks({ cluster: world.cluster });
    expect(survey.stores.map((store) => store.blocks)).to.deep.equal([2_500, 2_500]);
    expect(survey.withTooFewCopies).to.equal(0);
  });
});

describe('the scrub', () => {
  const large = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);

  it('mends what it meets, round after round, no faster than it may', async () => {
    const world = new BlockWorld();
    const block = blockOf(String.fromCharCode(...large.map((byte) => byte % 128)));
    await world.all.put(block.hash, block.bytes);
    const reports: RepairReport[] = [];
    const scrub = new Scrub({
      cluster: world.cluster,
      observer: () => undefined,
      bytesPerSecond: 30_000,
      pauseMs: 60_000,
      onReport: (report) => reports.push(report),
    });
    const ran = scrub.run();
    await world.timer.advance(59_000);
    world.stores.forEach((store) => (store.calls.length = 0));
    await world.keeper(block.hash, 0).damage(block.hash);
    await world.timer.advance(2_000);
    expect(await world.copies(block.hash)).to.deep.equal(['found', 'found', 'found']);
    expect(reports).to.have.length(0);
    await world.timer.advance(10_000);
    expect(reports.map(({ repaired }) => repaired)).to.deep.equal([1]);
    await world.timer.advance(75_000);
    expect(reports.map(({ repaired }) => repaired)).to.deep.equal([1, 0]);
    scrub.stop();
    await ran;
    expect(world.timer.pending).to.equal(0);
  });

  it('stops in the middle of a round', async () => {
    const world = await filled(3);
    const reports: RepairReport[] = [];
    const scrub = new Scrub({
      cluster: world.cluster,
      observer: () => undefined,
      bytesPerSecond: 1_000,
      pauseMs: 10,
      onReport: (report) => reports.push(report),
    });
    const ran = scrub.run();
    await world.timer.advance(20_000);
    const gets = world.stores.flatMap(({ calls }) => calls).filter((call) => call === 'get');
    expect(gets.length).to.be.within(3, 9);
    scrub.stop();
    await ran;
    expect(reports).to.have.length(0);
    expect(world.timer.pending).to.equal(0);
  });
});
