import { expect } from 'chai';
import { ContentCache } from '../../src/gateway/content-cache.js';
import { RecentMap } from '../../src/base/recent-map.js';

const bytesOf = (length: number) => () => Promise.resolve(new Uint8Array(length));
const refuse = () => Promise.reject(new Error('refused'));

describe('ContentCache', () => {
  it('loads once what many ask for at the same time, and counts', async () => {
    const cache = new ContentCache(100_000);
    let loads = 0;
    let give: (bytes: Uint8Array) => void = () => undefined;
    const load = (): Promise<Uint8Array> => {
      loads += 1;
      return new Promise((resolve) => {
        give = resolve;
      });
    };
    const asked = Array.from({ length: 50 }, () => cache.get('a', load));
    give(Uint8Array.of(1, 2));
    for (const bytes of await Promise.all(asked)) expect(bytes).to.deep.equal(Uint8Array.of(1, 2));
    expect(await cache.get('a', refuse)).to.deep.equal(Uint8Array.of(1, 2));
    expect(loads).to.equal(1);
    expect(cache.statistics).to.include({ hits: 50, misses: 1 });
    expect(cache.peek('a')).to.deep.equal(Uint8Array.of(1, 2));
    expect(cache.peek('b')).to.equal(undefined);
    expect(cache.statistics).to.include({ hits: 51, misses: 1 });
  });

  it('keeps nothing of a load that failed', async () => {
    const cache = new ContentCache(100_000);
    const failures = [cache.get('a', refuse), cache.get('a', bytesOf(1))];
    for (const end of await Promise.allSettled(failures)) expect(end.status).to.equal('rejected');
    expect(await cache.get('a', bytesOf(3))).to.have.length(3);
  });

  it('never holds more than its bound, and forgets first what was used last', async () => {
    const cache = new ContentCache(100_000);
    for (let key = 0; key < 30; key += 1) {
      await cache.get(String(key), bytesOf(10_000));
      // In use all the time.
      await cache.get('0', bytesOf(10_000));
      expect(cache.statistics.bytes).to.be.at.most(100_000);
    }
    expect(cache.peek('0')).not.to.equal(undefined);
    expect(cache.peek('29')).not.to.equal(undefined);
    expect(cache.peek('5')).to.equal(undefined);
    expect(cache.statistics.bytes).to.be.above(80_000);
  });

  it('counts what holding small things takes', async () => {
    const cache = new ContentCache(10_000);
    for (let key = 0; key < 1_000; key += 1) await cache.get(String(key), bytesOf(0));
    let held = 0;
    for (let key = 0; key < 1_000; key += 1) if (cache.peek(String(key)) !== undefined) held += 1;
    expect(held).to.be.within(10, 100);
  });

  it('passes on what would drive out too much', async () => {
    const cache = new ContentCache(100_000);
    await cache.get('small', bytesOf(10));
    expect(await cache.get('large', bytesOf(60_000))).to.have.length(60_000);
    expect(cache.peek('large')).to.equal(undefined);
    expect(cache.peek('small')).not.to.equal(undefined);
    expect(cache.hasRoomFor(60_000)).to.equal(false);
    expect(cache.hasRoomFor(20_000)).to.equal(true);
    const none = new ContentCache(0);
    expect(await none.get('a', bytesOf(0))).to.have.length(0);
    expect(none.statistics.bytes).to.equal(0);
  });
});

describe('RecentMap', () => {
  it('forgets what was not used for longest, by weight', () => {
    const map = new RecentMap<string, number>(10, (value) => value);
    map.set('a', 4);
    map.set('b', 4);
    expect(map.get('a')).to.equal(4);
    map.set('c', 4);
    expect([map.get('a'), map.get('b'), map.get('c')]).to.deep.equal([4, undefined, 4]);
    map.set('a', 1);
    map.set('d', 5);
    expect([map.get('a'), map.get('c'), map.get('d')]).to.deep.equal([1, 4, 5]);
    map.delete('c');
    map.delete('c');
    map.set('e', 4);
    expect([map.get('a'), map.get('d'), map.get('e')]).to.deep.equal([1, 5, 4]);
    map.set('f', 11);
    expect([map.get('a'), map.get('f')]).to.deep.equal([undefined, undefined]);
  });
});
