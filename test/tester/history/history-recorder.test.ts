/** What clients ask and are told is written down in the order in which it happened. */
import { expect } from 'chai';
import { AssertionError } from '../../../src/base/assert.js';
import { HistoryRecorder } from '../../../tester/history/history-recorder.js';
import type { Outcome, Question } from '../../../tester/history/operation.js';

const read: Question = { kind: 'read', name: 'hot-1' };
const update: Question = { kind: 'update', name: 'hot-1', version: 1, hash: 'h1' };
const updated: Outcome = { kind: 'updated', updated: true };
const unseen: Outcome = { kind: 'seen', version: 0, hash: '' };

describe('the history recorder', () => {
  it('gives each begin and each end a position of its own, in the order they happen', () => {
    const recorder = new HistoryRecorder();
    const first = recorder.begin({ client: 1, server: 0, question: update, atMs: 5 });
    const second = recorder.begin({ client: 2, server: 1, question: read, atMs: 6 });
    recorder.end(second, unseen, 7);
    recorder.end(first, updated, 9);
    expect(recorder.operations).to.deep.equal([
      {
        ...{ id: 0, client: 2, server: 1, question: read, outcome: unseen },
        ...{ beganAt: 1, endedAt: 2, beganMs: 6, endedMs: 7 },
      },
      {
        ...{ id: 1, client: 1, server: 0, question: update, outcome: updated },
        ...{ beganAt: 0, endedAt: 3, beganMs: 5, endedMs: 9 },
      },
    ]);
  });

  it('closes whatever is open with an unknown outcome, and nothing else', () => {
    const recorder = new HistoryRecorder();
    const ended = recorder.begin({ client: 1, server: 0, question: read, atMs: 0 });
    recorder.end(ended, unseen, 1);
    recorder.begin({ client: 2, server: 0, question: update, atMs: 2 });
    recorder.begin({ client: 3, server: 0, question: read, atMs: 3 });
    recorder.closeAll('the run was over', 10);
    recorder.closeAll('once more', 11);
    const outcomes = recorder.operations.map(({ outcome }) => outcome);
    const unknown = { kind: 'unknown', why: 'the run was over' };
    expect(outcomes).to.deep.equal([unseen, unknown, unknown]);
    expect(recorder.operations.map(({ id }) => id)).to.deep.equal([0, 1, 2]);
    expect(recorder.operations.map(({ endedMs }) => endedMs)).to.deep.equal([1, 10, 10]);
  });

  it('refuses to end an operation twice', () => {
    const recorder = new HistoryRecorder();
    const open = recorder.begin({ client: 1, server: 0, question: read, atMs: 0 });
    recorder.end(open, unseen, 1);
    expect(() => recorder.end(open, unseen, 2)).to.throw(AssertionError, 'not open');
  });

  it('is full with its maximum of operations, open ones included', () => {
    const recorder = new HistoryRecorder();
    const begin = { client: 1, server: 0, question: read, atMs: 0 };
    for (let count = 1; count < HistoryRecorder.operationsMax; count++) {
      recorder.end(recorder.begin(begin), unseen, 0);
    }
    expect(recorder.isFull).to.equal(false);
    recorder.begin(begin);
    expect(recorder.isFull).to.equal(true);
    expect(() => recorder.begin(begin)).to.throw(AssertionError, 'full');
  });
});
