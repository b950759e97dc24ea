/** RFC 9110, section 13, sentence by sentence. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  areRangesWanted,
  judgeConditions,
  type ConditionHeaders,
} from '../../src/gateway/conditions.js';
import { formatHttpDate } from '../../src/gateway/http-date.js';

const modifiedMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const nowMs = modifiedMs + 60_000;
const validators = { etag: '"abc"', modifiedMs };
const same = formatHttpDate(modifiedMs);
const before = formatHttpDate(modifiedMs - 1000);
const after = formatHttpDate(modifiedMs + 1000);

const judge = (headers: ConditionHeaders, isRead = true) =>
  judgeConditions(headers, { isRead, validators, nowMs });

const wanted = (ifRange: string, atMs = nowMs) =>
  areRangesWanted(ifRange, { validators, nowMs: atMs });

describe('conditions of a request', () => {
  it('let everything go ahead when there are none', () => {
    expect(judge({})).to.equal('proceed');
  });

  it('If-Match compares strongly', () => {
    for (const list of ['"abc"', '*', '"x", "abc"', '"x" ,\t"abc"', ', "abc"', '"a,b", "abc"']) {
      expect(judge({ 'if-match': list }), list).to.equal('proceed');
    }
    for (const list of [
      '"x"',
      'W/"abc"',
      '',
      'abc',
      '"abc',
      '"x" "abc"',
      '"ABC"',
      '"*"',
      'w/"abc"',
    ]) {
      expect(judge({ 'if-match': list }), list).to.equal('failed');
    }
  });

  it('If-None-Match compares weakly', () => {
    for (const list of ['"abc"', '*', 'W/"abc"', '"x", W/"abc"', '"x","abc"']) {
      expect(judge({ 'if-none-match': list }), list).to.equal('notModified');
      expect(judge({ 'if-none-match': list }, false), list).to.equal('failed');
    }
    for (const list of ['"x"', '', 'abc', '"abc', 'W/"x"', '"*"']) {
      expect(judge({ 'if-none-match': list }), list).to.equal('proceed');
    }
  });

  it('dates are compared to the second', () => {
    expect(judge({ 'if-modified-since': same })).to.equal('notModified');
    expect(judge({ 'if-modified-since': after })).to.equal('notModified');
    expect(judge({ 'if-modified-since': before })).to.equal('proceed');
    expect(judge({ 'if-unmodified-since': same })).to.equal('proceed');
    expect(judge({ 'if-unmodified-since': after })).to.equal('proceed');
    expect(judge({ 'if-unmodified-since': before })).to.equal('failed');
  });

  it('dates that are none, and those of files without a time, do not count', () => {
    for (const date of ['', 'yesterday', `${same}, ${same}`]) {
      expect(judge({ 'if-modified-since': date }), date).to.equal('proceed');
      expect(judge({ 'if-unmodified-since': date }), date).to.equal('proceed');
    }
    const timeless = { etag: '"abc"', modifiedMs: undefined };
    for (const name of ['if-modified-since', 'if-unmodified-since']) {
      const context = { isRead: true, validators: timeless, nowMs };
      expect(judgeConditions({ [name]: before }, context)).to.equal('proceed');
      expect(judgeConditions({ [name]: after }, context)).to.equal('proceed');
    }
  });

  it('If-Modified-Since counts for reads only', () => {
    expect(judge({ 'if-modified-since': same }, false)).to.equal('proceed');
  });

  it('stand in the order of section 13.2.2', () => {
    const tags = fc.constantFrom(undefined, '"abc"', '"x"', '*', 'W/"abc"');
    const dates = fc.constantFrom(undefined, before, same, after, 'nonsense');
    fc.assert(
      fc.property(fc.tuple(tags, dates, tags, dates, fc.boolean()), (drawn) => {
        const [ifMatch, ifUn, ifNone, ifMod, isRead] = drawn;
        const headers = {
          'if-match': ifMatch,
          'if-unmodified-since': ifUn,
          'if-none-match': ifNone,
          'if-modified-since': ifMod,
        };
        expect(judge(headers, isRead)).to.equal(expected());

        // The five steps, as the section words them.
        function expected(): string {
          if (ifMatch !== undefined && !['"abc"', '*'].includes(ifMatch)) return 'failed';
          if (ifMatch === undefined && ifUn === before) return 'failed';
          if (ifNone !== undefined) {
            if (ifNone === '"x"') return 'proceed';
            return isRead ? 'notModified' : 'failed';
          }
          return isRead && (ifMod === same || ifMod === after) ? 'notModified' : 'proceed';
        }
      }),
    );
  });

  it('of ranges hold for exactly the same file', () => {
    expect(areRangesWanted(undefined, { validators, nowMs })).to.equal(true);
    expect(wanted('"abc"')).to.equal(true);
    for (const text of ['"x"', 'W/"abc"', '*', 'abc', '', '"abc", "x"', before, after]) {
      expect(wanted(text), text).to.equal(false);
    }
    expect(wanted(same)).to.equal(true);
  });

  it('of ranges by a date wait until its second is over', () => {
    const second = modifiedMs - (modifiedMs % 1000);
    expect(wanted(same, second + 999)).to.equal(false);
    expect(wanted(same, second + 1000)).to.equal(true);
  });
});
