import { expect } from 'chai';
import fc from 'fast-check';
import { formatHttpDate, parseHttpDate } from '../../src/gateway/http-date.js';

const nowMs = Date.UTC(2026, 6, 1);
const example = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('dates of HTTP', () => {
  it('are read in the three forms of RFC 9110', () => {
    for (const text of [
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
      ' Sun, 06 Nov 1994 08:49:37 GMT ',
    ]) {
      expect(parseHttpDate(text, nowMs), text).to.equal(example);
    }
  });

  it('of two digits belong to the past when they would be more than 50 years ahead', () => {
    expect(parseHttpDate('Sunday, 06-Nov-77 08:49:37 GMT', nowMs)).to.equal(
      Date.UTC(1977, 10, 6, 8, 49, 37),
    );
    expect(parseHttpDate('Sunday, 06-Nov-76 08:49:37 GMT', nowMs)).to.equal(
      Date.UTC(2076, 10, 6, 8, 49, 37),
    );
  });

  it('are nothing else', () => {
    for (const text of [
      ...['', 'now', '0', '784111777', '1994-11-06T08:49:37Z', 'Sun, 06 Nov 1994 08:49:37'],
      ...['Sun, 06 Nov 1994 08:49:37 UTC', 'Sun, 6 Nov 1994 08:49:37 GMT'],
      ...['Sun, 31 Feb 1994 08:49:37 GMT', 'Sun, 06 Foo 1994 08:49:37 GMT'],
      ...['Sun, 06 Nov 1994 24:00:00 GMT', 'Sun, 06 Nov 1994 08:60:00 GMT'],
      ...['Sun, 06 Nov 1994 08:49:61 GMT', 'Sun, 00 Nov 1994 08:49:37 GMT'],
      'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    ]) {
      expect(parseHttpDate(text, nowMs), text).to.equal(undefined);
    }
  });

  it('are written so that they are read again, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
        const text = formatHttpDate(ms);
        expect(parseHttpDate(text, nowMs)).to.equal(ms - (ms % 1000));
      }),
    );
  });
});
