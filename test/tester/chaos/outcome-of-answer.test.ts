/**
 * What answers prove: nothing that a server of another make may say in good faith counts against
 * it.
 */
import { expect } from 'chai';
import { outcomeOfRead, outcomeOfUpdate } from '../../../tester/chaos/outcome-of-answer.js';
import type { Answer } from '../../../tester/wire/answer.js';

const fault = (code: unknown, text: string): Answer => ({ kind: 'fault', code, text });

describe('the outcome of an update', () => {
  it('is what a boolean says, and unknown for any other value', () => {
    const updated = { kind: 'updated', updated: true };
    expect(outcomeOfUpdate({ kind: 'value', value: true }, false)).to.deep.equal(updated);
    const refused = { kind: 'updated', updated: false };
    expect(outcomeOfUpdate({ kind: 'value', value: false }, false)).to.deep.equal(refused);
    expect(outcomeOfUpdate({ kind: 'value', value: 1 }, false).kind).to.equal('unknown');
  });

  const cases: readonly (readonly [answer: Answer, kind: string, kindWhenCrashed?: string])[] = [
    [fault(1, 'not the leader: the leader is not known'), 'failed'],
    [fault(1, "<class 'Exception'>:Not leader"), 'failed'],
    [fault(1, "<class 'Exception'>:no majority"), 'unknown'],
    [fault(1, "<class 'KeyError'>:'a'"), 'unknown'],
    [fault(2, 'isCrashed: the server is crashed'), 'unknown', 'failed'],
    [fault(1, "<class 'Exception'>:server is crashed"), 'unknown', 'failed'],
    [fault(2, 'isCrashed: the server is crashed; outcome unknown: it was logged'), 'unknown'],
    [fault(3, 'outcome unknown: the server stopped'), 'unknown'],
    [fault(1, 'not the leader any more; the update may or may not take effect'), 'unknown'],
    [fault(4, 'busy: too many calls'), 'failed'],
    [fault(4, 'something else'), 'unknown'],
    [fault(5, 'storage: the disk is full'), 'failed'],
    [fault(-32602, 'the version is an integer'), 'failed'],
    [fault(-32603, 'a bug'), 'unknown'],
    [{ kind: 'lost', detail: 'connection refused' }, 'failed'],
    [{ kind: 'lost', detail: 'the connection was closed without an answer' }, 'unknown'],
    [{ kind: 'silent', afterMs: 5 }, 'unknown'],
    [{ kind: 'nonsense', detail: 'HTTP status 500' }, 'unknown'],
  ];
  for (const [answer, kind, kindWhenCrashed = kind] of cases) {
    it(`is ${kind}, or ${kindWhenCrashed} when crashed, for ${JSON.stringify(answer)}`, () => {
      expect(outcomeOfUpdate(answer, false).kind).to.equal(kind);
      expect(outcomeOfUpdate(answer, true).kind).to.equal(kindWhenCrashed);
    });
  }
});

describe('the outcome of a read', () => {
  const seen = (version: number, hash: string) => ({ kind: 'seen', version, hash });

  it('is the version with the one hash of its update', () => {
    const single: Answer = { kind: 'value', value: [3, ['h']] };
    expect(outcomeOfRead(single, 'a', false)).to.deep.equal(seen(3, 'h'));
    const map: Answer = { kind: 'value', value: { a: [3, ['h']] } };
    expect(outcomeOfRead(map, 'a', true)).to.deep.equal(seen(3, 'h'));
  });

  it('is version 0 without a hash for a file that is not there', () => {
    expect(outcomeOfRead({ kind: 'value', value: [0, []] }, 'a', false)).to.deep.equal(seen(0, ''));
    expect(outcomeOfRead({ kind: 'value', value: {} }, 'toString', true)).to.deep.equal(
      seen(0, ''),
    );
  });

  it('shows a hash list that no update of the run had', () => {
    const answer: Answer = { kind: 'value', value: [1, ['h', 'i']] };
    expect(outcomeOfRead(answer, 'a', false)).to.deep.equal(seen(1, 'h,i'));
  });

  it('proves nothing without a value of that form', () => {
    for (const value of [7, [1], ['1', []], null]) {
      expect(outcomeOfRead({ kind: 'value', value }, 'a', false).kind).to.equal('unknown');
    }
    expect(outcomeOfRead(fault(1, 'what?'), 'a', false).kind).to.equal('failed');
    expect(outcomeOfRead({ kind: 'silent', afterMs: 1 }, 'a', false).kind).to.equal('unknown');
  });
});
