/**
 * Partitions as values: who reaches whom afterwards.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { partitionOf, type PartitionShape } from '../../../tester/chaos/partition-shape.js';

/** `from>to` for every way that is left open between two of the servers. */
function openWays(shape: PartitionShape, order: readonly number[]): readonly string[] {
  const closed = new Set(
    partitionOf(shape, order).cuts.flatMap(({ server, from, direction }) =>
      from.flatMap((other) => [
        ...(direction === 'receive' ? [] : [`${server}>${other}`]),
        ...(direction === 'send' ? [] : [`${other}>${server}`]),
      ]),
    ),
  );
  return order
    .flatMap((one) => order.filter((other) => other !== one).map((other) => `${one}>${other}`))
    .filter((way) => !closed.has(way))
    .toSorted();
}

describe('a partition', () => {
  it('splits the servers in two sides, in both directions', () => {
    expect(openWays({ kind: 'split', size: 2 }, [3, 1, 0, 2])).to.deep.equal([
      '0>2',
      '1>3',
      '2>0',
      '3>1',
    ]);
  });

  it('takes some of the others from the first server', () => {
    expect(openWays({ kind: 'some', count: 1 }, [0, 1, 2])).to.deep.equal([
      '0>2',
      '1>2',
      '2>0',
      '2>1',
    ]);
  });

  it('works in one direction only', () => {
    const order = [0, 1, 2];
    expect(openWays({ kind: 'one-way', direction: 'send' }, order)).not.to.include.members(['0>1']);
    expect(openWays({ kind: 'one-way', direction: 'send' }, order)).to.include.members([
      '1>0',
      '2>0',
    ]);
    expect(openWays({ kind: 'one-way', direction: 'receive' }, order)).to.deep.equal([
      '0>1',
      '0>2',
      '1>2',
      '2>1',
    ]);
  });

  it('leaves a ring in which each reaches two', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9 }), (size) => {
        const order = Array.from({ length: size }, (_, id) => id);
        const ways = openWays({ kind: 'ring' }, order);
        expect(ways).to.have.length(2 * size);
        for (const id of order) expect(ways).to.include(`${id}>${(id + 1) % size}`);
      }),
    );
  });

  it('leaves a bridge between two halves', () => {
    const ways = openWays({ kind: 'bridge' }, [2, 0, 1, 3, 4]);
    expect(ways).to.include.members(['0>2', '2>0', '2>4', '0>1', '3>4']);
    for (const way of ['0>3', '3>0', '1>4', '4>1']) expect(ways).not.to.include(way);
  });

  it('is described with the ids of those that it strikes', () => {
    const { description, struck } = partitionOf({ kind: 'split', size: 1 }, [4, 2, 0]);
    expect({ description, struck }).to.deep.equal({
      description: 'server 4 cut off from 0 and 2',
      struck: [4],
    });
  });
});
