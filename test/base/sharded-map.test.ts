/** The sharded map does what a plain map does. */
import { expect } from 'chai';
import fc from 'fast-check';
import { ShardedMap } from '../../src/base/sharded-map.js';

describe('a sharded map', () => {
  it('holds the same entries as a plain map after the same calls', () => {
    const key = fc.constantFrom('a', 'b', 'ab', 'ba', '', '__proto__', 'é', '\u{1f600}');
    const calls = fc.array(fc.tuple(key, fc.option(fc.nat())));
    fc.assert(
      fc.property(calls, (keysAndValues) => {
        const map = new ShardedMap<number>();
        const plain = new Map<string, number>();
        for (const [name, value] of keysAndValues) {
          if (value === null) {
            map.delete(name);
            plain.delete(name);
          } else {
            map.set(name, value);
            plain.set(name, value);
          }
          expect(map.size).to.equal(plain.size);
          expect(map.get(name)).to.equal(plain.get(name));
        }
        expect(new Map(map.entries())).to.deep.equal(plain);
      }),
    );
  });
});
