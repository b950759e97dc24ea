import { expect } from 'chai';
import { TransientMap } from '../../src/base/transient-map.js';
import { createRandom } from '../../src/io/seeded-random.js';

describe('TransientMap', () => {
  it('is a map, whatever comes and goes', () => {
    const random = createRandom('transient map');
    const model = new Map<number, { readonly value: number }>();
    const map = new TransientMap<number, { readonly value: number }>();
    for (let step = 0; step < 20_000; step += 1) {
      // Few keys, so that many are set again, and slow turns of luck, so that it fills and empties.
      const key = Math.floor(random() * 3_000);
      const isSet = random() < (Math.floor(step / 2_500) % 2 === 0 ? 0.8 : 0.2);
      if (isSet) {
        const value = { value: step };
        model.set(key, value);
        map.set(key, value);
      } else {
        expect(map.delete(key)).to.equal(model.delete(key));
      }
      expect(map.get(key)).to.equal(model.get(key));
      expect(map.size).to.equal(model.size);
    }
    expect(map.entries()).to.deep.equal([...model]);
    map.clear();
    expect(map.size).to.equal(0);
    expect(map.entries()).to.deep.equal([]);
  });

  it('goes on with a new map once the old one is empty', () => {
    const map = new TransientMap<number, object>();
    const values = Array.from({ length: 5_000 }, (_, key) => ({ key }));
    for (const [key, value] of values.entries()) {
      map.set(key, value);
      if (key >= 64) expect(map.delete(key - 64)).to.equal(true);
    }
    expect(map.entries().map(([key]) => key)).to.deep.equal(
      values.slice(-64).map(({ key }) => key),
    );
  });
});
