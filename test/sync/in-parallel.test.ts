/** Several things at a time, within their limits. */
import { expect } from 'chai';
import { ByteBudget, inParallel } from '../../src/sync/in-parallel.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('working on several things', () => {
  it('has as many in hand as the limit says, and no more', async () => {
    let inHand = 0;
    let highest = 0;
    const doneItems: number[] = [];
    await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      highest = Math.max(highest, (inHand += 1));
      await turn();
      inHand -= 1;
      doneItems.push(item);
    });
    expect(highest).to.equal(3);
    expect(doneItems).to.have.members([1, 2, 3, 4, 5, 6, 7]);
  });

  it('begins nothing after a failure, and ends what is in hand before it tells', async () => {
    const begun: number[] = [];
    let ended = 0;
    let failure: unknown;
    try {
      await inParallel([1, 2, 3, 4], 2, async (item) => {
        begun.push(item);
        await turn();
        if (item === 1) throw new Error('first');
        await turn();
        ended += 1;
      });
    } catch (error) {
      failure = error;
    }
    expect(failure).to.be.instanceOf(Error).with.property('message', 'first');
    expect([begun, ended]).to.deep.equal([[1, 2], 1]);
  });

  it('grants bytes in turn, and more than there are only alone', async () => {
    const budget = new ByteBudget(10);
    const granted: string[] = [];
    const take = async (name: string, bytes: number): Promise<void> => {
      await budget.take(bytes);
      granted.push(name);
    };
    const all = [take('a', 6), take('b', 30), take('c', 1), take('d', 9)];
    await turn();
    expect(granted).to.deep.equal(['a']);
    budget.release(6);
    await turn();
    expect(granted).to.deep.equal(['a', 'b']);
    budget.release(30);
    await Promise.all(all);
    expect(granted).to.deep.equal(['a', 'b', 'c', 'd']);
  });
});
