/** How long ago something was, in words. */
import { expect } from 'chai';
import { ageWords } from '../../../src/web/site/browser/age-words.js';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

describe('the words for an age', () => {
  const ages: readonly (readonly [number, string])[] = [
    [-5_000, 'just now'],
    [0, 'just now'],
    [minuteMs - 1, 'just now'],
    [minuteMs, '1 minute ago'],
    [59 * minuteMs, '59 minutes ago'],
    [60 * minuteMs, '1 hour ago'],
    [23.9 * 60 * minuteMs, '23 hours ago'],
    [dayMs, '1 day ago'],
    [29 * dayMs, '29 days ago'],
    [30 * dayMs, '1 month ago'],
    [364 * dayMs, '12 months ago'],
    [365 * dayMs, '1 year ago'],
    [1_000 * dayMs, '2 years ago'],
  ];
  for (const [ms, words] of ages) {
    it(`of ${ms} ms are ${words}`, () => {
      expect(ageWords(1_000_000, 1_000_000 + ms)).to.equal(words);
    });
  }
});
