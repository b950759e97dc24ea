/** Which addresses are those of the cluster's machines. */
import { expect } from 'chai';
import { Neighbours } from '../../src/rpc/neighbours.js';

describe('the neighbours of a server', () => {
  const addresses = new Map<string, readonly string[]>([
    ['one', ['10.0.0.1', 'FD00::1']],
    ['two', ['10.0.0.2']],
  ]);
  let hosts: readonly string[] = [];
  let nowMs = 0;
  let asked: string[] = [];

  function neighbours(): Neighbours {
    nowMs = 0;
    hosts = ['one', 'two', 'one', 'gone'];
    asked = [];
    return new Neighbours({
      hosts: () => hosts,
      lookUp: (host) => {
        asked.push(host);
        const found = addresses.get(host);
        return found === undefined
          ? Promise.reject(new Error('no such name'))
          : Promise.resolve(found);
      },
      now: () => nowMs,
    });
  }

  it('are those of the configuration and this machine, in whatever spelling', async () => {
    const known = neighbours();
    expect(known.has('10.0.0.1')).to.equal(false);
    await known.lookAgain();
    for (const address of ['10.0.0.1', '::ffff:10.0.0.2', 'fd00::1', '127.0.0.1', '::1']) {
      expect(known.has(address), address).to.equal(true);
    }
    for (const address of ['10.0.0.3', '127.0.0.2', '', '::ffff:10.0.0.3', 'fd00::2']) {
      expect(known.has(address), address).to.equal(false);
    }
    expect(known.has('::ffff:127.0.0.1')).to.equal(true);
    expect(asked).to.deep.equal(['one', 'two', 'gone']);
  });

  it('are looked up for all who wait at once, and not again for a while', async () => {
    const known = neighbours();
    expect(known.lookAgain()).to.equal(known.lookAgain());
    await known.lookAgain();
    nowMs = 4_999;
    expect(known.lookAgain()).to.equal(undefined);
    addresses.set('two', ['10.0.0.3']);
    nowMs = 5_000;
    await known.lookAgain();
    expect([known.has('10.0.0.2'), known.has('10.0.0.3')]).to.deep.equal([false, true]);
  });

  it('are looked up at once when the members have become others', async () => {
    const known = neighbours();
    hosts = ['one'];
    await known.lookAgain();
    hosts = ['one', 'two'];
    await known.lookAgain();
    expect(asked).to.deep.equal(['one', 'one', 'two']);
    expect(known.lookAgain()).to.equal(undefined);
  });
});
