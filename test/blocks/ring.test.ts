/** Which stores keep which block. The vectors were computed apart from this code, in Python. */
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { AssertionError } from '../../src/base/assert.js';
import { asBlockHash, hashOf } from '../../src/blocks/block-hash.js';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import { Ring } from '../../src/blocks/ring.js';
import { blockOf } from './block-world.js';

const addresses = [9001, 9002, 9003, 9004, 9005].map((port) => `localhost:${port}`);

function portsOf(ring: Ring, hash: BlockHash): readonly number[] {
  return ring.ownersOf(hash).map((address) => Number(address.slice('localhost:'.length)));
}

const someHashes = Array.from({ length: 500 }, (_, number) => blockOf(`block ${number}`).hash);

describe('the ring', () => {
  const vectors = [
    ['', [9004, 9003, 9005, 9002, 9001]],
    ['a', [9001, 9004, 9003, 9005, 9002]],
    ['hello', [9005, 9002, 9001, 9004, 9003]],
    ['block 1', [9001, 9004, 9003, 9005, 9002]],
    ['block 7', [9005, 9002, 9001, 9004, 9003]],
  ] as const;
  for (const [text, ports] of vectors) {
    it(`gives "${text}" to the stores behind it`, () => {
      expect(portsOf(new Ring(addresses), blockOf(text).hash)).to.deep.equal(ports);
    });
  }

  it('gives a block that lies on a point to the next one', () => {
    const point = createHash('sha256').update('blockstorelocalhost:9005').digest('hex');
    const [owner] = portsOf(new Ring(addresses), asBlockHash(point));
    expect(owner).to.equal(9002);
  });

  it('does not depend on the order of the configuration, which it keeps', () => {
    const turned = [...addresses].reverse();
    const [one, other] = [new Ring(addresses), new Ring(turned)];
    for (const hash of someHashes) {
      expect(other.ownersOf(hash)).to.deep.equal(one.ownersOf(hash));
    }
    expect(other.addresses).to.deep.equal(turned);
  });

  it('moves only the blocks of a store that leaves, each to its next store', () => {
    const whole = new Ring(addresses);
    for (const gone of addresses) {
      const rest = new Ring(addresses.filter((address) => address !== gone));
      for (const hash of someHashes) {
        const left = whole.ownersOf(hash).filter((address) => address !== gone);
        expect(rest.ownersOf(hash)).to.deep.equal(left);
      }
    }
  });

  it('has every store own something of many blocks', () => {
    const firsts = new Set(someHashes.map((hash) => new Ring(addresses).ownersOf(hash)[0]));
    expect([...firsts].sort()).to.deep.equal(addresses);
  });

  it('is never empty, and has no store twice', () => {
    expect(() => new Ring([])).to.throw(AssertionError);
    expect(() => new Ring(['a:1', 'b:1', 'a:1'])).to.throw(AssertionError);
    const lonely = new Ring(['a:1']);
    expect(lonely.ownersOf(hashOf(new Uint8Array()))).to.deep.equal(['a:1']);
  });
});
