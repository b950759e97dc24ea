/** Passwords: how they are kept, and how many are worked on at once. */
import { expect } from 'chai';
import { scryptSync } from 'node:crypto';
import { must } from '../../../src/base/assert.js';
import { passwordsAtOnceMax, passwordsWaitingMax } from '../../../src/web/site/front-limits.js';
import { PasswordWork } from '../../../src/web/site/password-work.js';

describe('the work of passwords', () => {
  it('keeps what scrypt makes of them, with a salt of their own', async () => {
    const work = new PasswordWork();
    const made = await Promise.all([work.make('correct horse'), work.make('correct horse')]);
    const [one, two] = made.map((record) => must(record, 'a record'));
    const first = must(one, 'the first');
    expect(first).to.include({ logN: 17, r: 8, p: 1 });
    expect(first.salt)
      .to.match(/^[0-9a-f]{32}$/)
      .and.not.equal(two?.salt);
    const options = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 };
    const key = scryptSync('correct horse', Buffer.from(first.salt, 'hex'), 32, options);
    expect(first.key).to.equal(key.toString('hex'));
    expect(await work.check('correct horse', first)).to.equal(true);
    expect(await work.check('correct hors', first)).to.equal(false);
    expect(await work.check('correct horse', null)).to.equal(false);
  });

  it('knows a letter however it was put together', async () => {
    const work = new PasswordWork();
    const record = must(await work.make('p\u00e4ssword'), 'a record');
    expect(await work.check('pa\u0308ssword', record)).to.equal(true);
  });

  it('is not piled up: those beyond a short queue are turned away at once', async () => {
    const work = new PasswordWork();
    // Cheap ones: what is counted is how many there are.
    const record = { salt: '00'.repeat(16), key: '00'.repeat(32), logN: 4, r: 1, p: 1 };
    const count = passwordsAtOnceMax + passwordsWaitingMax;
    const checks = Array.from({ length: count }, () => work.check('x', record));
    expect(await work.check('x', record)).to.equal(undefined);
    expect(await Promise.all(checks)).to.deep.equal(Array<boolean>(count).fill(false));
    expect(await work.check('x', record)).to.equal(false);
  });
});
