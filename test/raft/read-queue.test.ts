import { expect } from 'chai';
import fc from 'fast-check';
import { asLogIndex } from '../../src/base/ids.js';
import { ReadQueue } from '../../src/raft/read-queue.js';
import { quorumValue } from '../../src/raft/replication.js';

describe('The queue of reads', () => {
  it('gives a read once its round is confirmed and its index applied, in either order', () => {
    const roundFirst = new ReadQueue();
    roundFirst.add(1, asLogIndex(5));
    roundFirst.beginRound();
    roundFirst.confirm(1);
    expect(roundFirst.takeReady(asLogIndex(4))).to.deep.equal([]);
    expect(roundFirst.takeReady(asLogIndex(5))).to.deep.equal([1]);

    const indexFirst = new ReadQueue();
    indexFirst.add(1, asLogIndex(5));
    indexFirst.beginRound();
    expect(indexFirst.takeReady(asLogIndex(9))).to.deep.equal([]);
    indexFirst.confirm(1);
    expect(indexFirst.takeReady(asLogIndex(9))).to.deep.equal([1]);
  });

  it('does not let a read join a round that began before it', () => {
    const reads = new ReadQueue();
    reads.add(1, asLogIndex(0));
    reads.beginRound();
    reads.add(2, asLogIndex(0));
    reads.confirm(1);
    expect(reads.takeReady(asLogIndex(0))).to.deep.equal([1]);
    expect(reads.wantsRound).to.equal(true);
    reads.beginRound();
    expect(reads.wantsRound).to.equal(false);
    reads.confirm(2);
    expect(reads.takeReady(asLogIndex(0))).to.deep.equal([2]);
  });

  it('gives every read exactly once, and agrees with a list of conditions', () => {
    const event = fc.oneof(
      fc.record({ type: fc.constantFrom('add', 'confirm', 'apply'), value: fc.nat(6) }),
      fc.constant({ type: 'begin', value: 0 }),
      fc.constant({ type: 'end', value: 0 }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 50 }), (events) => {
        const reads = new ReadQueue();
        let waiting: { id: number; index: number; round: number }[] = [];
        let [round, confirmed, applied, nextId] = [0, 0, 0, 0];
        for (const { type, value } of events) {
          if (type === 'add') {
            waiting.push({ id: nextId, index: value, round: round + 1 });
            reads.add(nextId, asLogIndex(value));
            nextId += 1;
          } else if (type === 'begin') {
            round += 1;
            reads.beginRound();
          } else if (type === 'confirm') {
            confirmed = Math.max(confirmed, Math.min(value, round));
            reads.confirm(Math.min(value, round));
          } else if (type === 'apply') {
            applied = Math.max(applied, value);
          } else {
            expect(reads.takeAll()).to.deep.equal(waiting.map(({ id }) => id));
            waiting = [];
          }
          const ready = waiting.filter((read) => read.round <= confirmed && read.index <= applied);
          waiting = waiting.filter((read) => !ready.includes(read));
          expect(reads.takeReady(asLogIndex(applied))).to.deep.equal(ready.map(({ id }) => id));
          expect(reads.wantsRound).to.equal(waiting.some((read) => read.round > round));
          expect(reads.roundOpen).to.equal(confirmed < round);
        }
      }),
    );
  });
});

describe('The value that a quorum has reached', () => {
  it('is the largest one that enough servers have reached or passed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 9 }), (values) => {
        const quorum = Math.floor(values.length / 2) + 1;
        const reached = (value: number): boolean =>
          values.filter((other) => other >= value).length >= quorum;
        const expected = Math.max(...values.filter(reached));
        expect(quorumValue(values, quorum)).to.equal(expected);
      }),
    );
  });
});
