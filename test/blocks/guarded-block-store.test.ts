/** Stores behind doors: what is sent and heard while they are shut, and that care goes on after. */
import { expect } from 'chai';
import { BlockCluster } from '../../src/blocks/block-cluster.js';
import { BlockStoreError, type BlockStore } from '../../src/blocks/block-store.js';
import { CatchUp } from '../../src/blocks/catch-up.js';
import { GuardedBlockStore } from '../../src/blocks/guarded-block-store.js';
import { HandOff } from '../../src/blocks/hand-off.js';
import { Ring } from '../../src/blocks/ring.js';
import { Scrub } from '../../src/blocks/scrub.js';
import { blockOf, refusalOf } from './block-world.js';
import { FakeBlockTimer } from './fake-block-timer.js';
import { FaultyBlockStore } from './faulty-block-store.js';

const { hash, bytes } = blockOf('behind a door');

class Doors {
  sending: string | undefined;
  hearing: string | undefined;

  guard(store: BlockStore): GuardedBlockStore {
    const door = { whyNotSend: () => this.sending, whyNotHear: () => this.hearing };
    return new GuardedBlockStore(store, door);
  }
}

const everyCall = (store: BlockStore): readonly (() => Promise<unknown>)[] => [
  () => store.put(hash, bytes),
  () => store.get(hash),
  () => store.present([hash]),
  () => store.list('', 1),
  () => store.remove(hash, 0),
];

describe('a store behind a door', () => {
  it('is not asked while nothing may be sent', async () => {
    const inner = new FaultyBlockStore(new FakeBlockTimer());
    const doors = new Doors();
    doors.sending = 'crashed';
    for (const call of everyCall(doors.guard(inner))) {
      const refusal = await refusalOf(call());
      expect(refusal).to.be.instanceOf(BlockStoreError);
      expect(refusal.message).to.equal('crashed');
    }
    expect(inner.calls).to.deep.equal([]);
  });

  it('is asked in vain while nothing may be heard', async () => {
    const inner = new FaultyBlockStore(new FakeBlockTimer());
    const doors = new Doors();
    doors.hearing = 'cut off';
    for (const call of everyCall(doors.guard(inner))) {
      expect((await refusalOf(call())).message).to.equal('cut off');
    }
    expect(inner.calls).to.deep.equal(['put', 'get', 'present', 'list', 'remove']);
  });

  it('is sent nothing by hand-off, catch-up and scrub until the door opens', async () => {
    const timer = new FakeBlockTimer();
    const doors = new Doors();
    const addresses = ['localhost:9001', 'localhost:9002', 'localhost:9003'];
    const inner = new Map(addresses.map((address) => [address, new FaultyBlockStore(timer)]));
    const stores = new Map([...inner].map(([address, store]) => [address, doors.guard(store)]));
    const cluster = new BlockCluster({ ring: new Ring(addresses), stores, timer });
    const observer = (): void => undefined;
    const handOff = new HandOff({ cluster, observer });
    const catchUp = new CatchUp({ cluster, handOff });
    const scrub = new Scrub({ cluster, observer, pauseMs: 5_000 });
    await inner.get('localhost:9001')?.plant(hash, bytes);
    doors.sending = 'crashed';
    handOff.remember('localhost:9002', hash);
    for (const address of addresses) catchUp.expect(address);
    const ran = scrub.run();
    await timer.advance(60_000);
    expect([...inner.values()].flatMap(({ calls }) => calls)).to.deep.equal([]);
    doors.sending = undefined;
    await timer.advance(30_000);
    for (const store of inner.values()) expect(await store.copy(hash)).to.equal('found');
    expect([handOff.size, catchUp.awaited]).to.deep.equal([0, 0]);
    scrub.stop();
    await ran;
  });
});
