/** How often somebody may do something, and guess a password. */
import { expect } from 'chai';
import { limitKeyOf } from '../../../src/web/site/client-address.js';
import { rememberedMax } from '../../../src/web/site/front-limits.js';
import { TokenBuckets } from '../../../src/web/site/token-buckets.js';
import { WrongLogIns } from '../../../src/web/site/wrong-log-ins.js';

describe('a bucket of tokens', () => {
  it('is empty after a burst, and fills again with time', () => {
    let nowMs = 0;
    const buckets = new TokenBuckets({ burst: 3, perMinute: 6 }, () => nowMs);
    expect([1, 2, 3, 4].map(() => buckets.take('a'))).to.deep.equal([0, 0, 0, 10]);
    expect(buckets.take('b')).to.equal(0);
    nowMs = 5_000;
    expect(buckets.take('a')).to.equal(5);
    nowMs = 10_000;
    expect([buckets.take('a'), buckets.take('a')]).to.deep.equal([0, 10]);
    nowMs = 10_000_000;
    expect([1, 2, 3, 4].map(() => buckets.take('a'))).to.deep.equal([0, 0, 0, 10]);
  });

  it('takes back what was not used', () => {
    const buckets = new TokenBuckets({ burst: 1, perMinute: 1 }, () => 0);
    buckets.giveBack('nobody');
    for (let i = 0; i < 5; i += 1) {
      expect(buckets.take('a')).to.equal(0);
      buckets.giveBack('a');
    }
    buckets.take('a');
    expect(buckets.take('a')).to.equal(60);
  });

  it('remembers a bounded number of people', () => {
    const buckets = new TokenBuckets({ burst: 1, perMinute: 1 }, () => 0);
    buckets.take('first');
    for (let i = 0; i < rememberedMax - 1; i += 1) buckets.take(String(i));
    expect(buckets.take('first')).to.be.above(0);
    for (let i = 0; i < rememberedMax; i += 1) buckets.take(String(i));
    expect(buckets.take('first')).to.equal(0);
  });
});

describe('wrong log-ins', () => {
  let nowMs = 0;
  let wrong: WrongLogIns;

  beforeEach(() => {
    nowMs = 0;
    wrong = new WrongLogIns(() => nowMs);
  });

  function fail(times: number, name: string, address: string): void {
    for (let i = 0; i < times; i += 1) wrong.begin(name, address);
  }

  it('are refused after ten in a minute for one name, in whatever letter case, and address', () => {
    fail(10, 'ada', 'here');
    expect(wrong.begin('Ada', 'here')).to.deep.equal({ kind: 'tooMany', waitSeconds: 60 });
    expect(wrong.begin('ada', 'there').kind).to.equal('allowed');
    expect(wrong.begin('bob', 'here').kind).to.equal('allowed');
    nowMs = 59_999;
    expect(wrong.begin('ada', 'here')).to.deep.equal({ kind: 'tooMany', waitSeconds: 1 });
    nowMs = 60_000;
    expect(wrong.begin('ada', 'here').kind).to.equal('allowed');
  });

  it('do not go on for longer because of those that were refused', () => {
    fail(1_000, 'ada', 'here');
    nowMs = 60_000;
    expect(wrong.begin('ada', 'here').kind).to.equal('allowed');
  });

  it('count before they are judged, and no longer when they were right', () => {
    const tries = Array.from({ length: 11 }, () => wrong.begin('ada', 'here'));
    expect(tries.map(({ kind }) => kind)).to.deep.equal([
      ...Array<string>(10).fill('allowed'),
      'tooMany',
    ]);
    const [first] = tries;
    if (first?.kind === 'allowed') first.forgive();
    expect(wrong.begin('ada', 'here').kind).to.equal('allowed');
    expect(wrong.begin('ada', 'here').kind).to.equal('tooMany');
  });

  it('are not forgotten because of many names that were refused', () => {
    for (let i = 0; i < 190; i += 1) wrong.begin(`name${i}`, 'here');
    nowMs = 30_000;
    fail(10, 'ada', 'here');
    for (let i = 0; i < rememberedMax; i += 1) wrong.begin(`other${i}`, 'here');
    nowMs = 60_000;
    expect(wrong.begin('bob', 'here').kind).to.equal('allowed');
    expect(wrong.begin('ada', 'here')).to.deep.equal({ kind: 'tooMany', waitSeconds: 30 });
  });

  it('are bounded for one address whatever the names', () => {
    for (let i = 0; i < 200; i += 1) wrong.begin(`name${i}`, 'here');
    expect(wrong.begin('another', 'here').kind).to.equal('tooMany');
    expect(wrong.begin('another', 'there').kind).to.equal('allowed');
  });
});

describe('an address, for limits', () => {
  it('is an IPv4 address, or the network of an IPv6 address', () => {
    const keys = {
      '127.0.0.1': '127.0.0.1',
      '::ffff:127.0.0.1': '127.0.0.1',
      '::1': '0:0:0:0::/64',
      '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
      '2001:DB8:1:2::6': '2001:db8:1:2::/64',
      'fe80::1%eth0': 'fe80:0:0:0::/64',
    };
    for (const [address, key] of Object.entries(keys)) expect(limitKeyOf(address)).to.equal(key);
    expect(limitKeyOf(undefined)).to.equal('unknown');
  });
});
