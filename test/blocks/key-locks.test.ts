/** What belongs to one key runs one after another. */
import { expect } from 'chai';
import { KeyLocks } from '../../src/blocks/key-locks.js';
import { settled } from './fake-block-timer.js';

describe('the key locks', () => {
  it('run what belongs to one key in order, also after a failure', async () => {
    const locks = new KeyLocks();
    const log: string[] = [];
    const step = (name: string, fails = false) =>
      locks.run('a', async () => {
        log.push(`${name} begins`);
        await settled();
        log.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([step('one', true), step('two'), step('three')]);
    expect(results.map(({ status }) => status)).to.deep.equal([
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    const order = ['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`]);
    expect(log).to.deep.equal(order);
  });

  it('run what belongs to different keys side by side', async () => {
    const locks = new KeyLocks();
    let release: () => void = () => undefined;
    const held = locks.run('a', () => new Promise<void>((resolve) => (release = resolve)));
    expect(await locks.run('b', () => Promise.resolve(2))).to.equal(2);
    release();
    await held;
  });
});
