/** Where things stand in the pictures: servers on the ring, messages on their way, entries. */
import { expect } from 'chai';
import type { FeedEntry, FeedMessage } from '../../src/live/feed.js';
import { describeCell, logLanes } from '../../src/live/log-lanes.js';
import { pointOnWay, ringLayout, wayBetween } from '../../src/live/ring-layout.js';
import { partOfWay, Travellers } from '../../src/live/travellers.js';
import { heard, hearLog } from './states.js';

describe('the ring', () => {
  for (const box of ['wide', 'narrow'] as const) {
    for (const count of [1, 2, 3, 5, 7, 9]) {
      it(`has room for ${count} servers that do not touch, ${box}`, () => {
        const { height, nodeRadius, nodes, width } = ringLayout(count, box);
        expect(nodes).to.have.length(count);
        for (const [position, { x, y }] of nodes.entries()) {
          expect(x - nodeRadius, 'left').to.be.at.least(0);
          expect(x + nodeRadius, 'right').to.be.at.most(width);
          expect(y - nodeRadius - 33, 'crown').to.be.at.least(0);
          expect(y + nodeRadius + 24, 'word').to.be.at.most(height);
          for (const other of nodes.slice(position + 1)) {
            expect(Math.hypot(other.x - x, other.y - y)).to.be.above(2 * nodeRadius + 10);
          }
        }
      });
    }
  }

  it('keeps what comes apart from what goes, and outside of the circles', () => {
    const [one, two] = [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
    ];
    const there = wayBetween(one, two, 20);
    const back = wayBetween(two, one, 20);
    expect(there.start.x).to.be.above(20);
    expect(there.end.x).to.be.below(80);
    expect(Math.abs(pointOnWay(there, 0.5).y - pointOnWay(back, 0.5).y)).to.be.above(10);
    expect(pointOnWay(there, 1)).to.deep.equal(there.end);
  });
});

describe('messages on their way', () => {
  const ask: FeedMessage = { kind: 'heartbeat', fate: 'ask', from: 0, to: 1, term: 1, count: 1 };

  /** When each of these sets out, if they are told at the same moment. */
  function startsOf(messages: readonly FeedMessage[], nowMs = 0): readonly number[] {
    const travellers = new Travellers();
    travellers.add(messages, nowMs);
    return travellers.travelling.map(({ startMs }) => startMs);
  }

  const answerTo = (message: FeedMessage): FeedMessage => ({
    ...{ ...message, fate: 'yes', from: message.to, to: message.from },
  });

  it('take a time that can be watched, answers behind their questions', () => {
    const travellers = new Travellers();
    travellers.add([ask, answerTo(ask)], 1_000);
    const [question, answer] = travellers.travelling;
    expect(question && partOfWay(question, 1_350)).to.be.closeTo(0.5, 0.01);
    expect(answer && partOfWay(answer, 1_350)).to.equal(undefined);
    expect(answer && partOfWay(answer, 2_050)).to.be.closeTo(0.5, 0.01);
    travellers.arrive(1_750);
    expect(travellers.travelling.map(({ message }) => message.fate)).to.deep.equal(['yes']);
    travellers.arrive(3_000);
    expect(travellers.travelling).to.deep.equal([]);
  });

  it('follow each other at a distance; what comes too fast is left out', () => {
    const travellers = new Travellers();
    for (let nowMs = 0; nowMs < 1_000; nowMs += 50) travellers.add([ask], nowMs);
    expect(travellers.travelling).to.have.length(4);
    const entries: FeedMessage = { ...ask, kind: 'entries' };
    expect(startsOf(Array<FeedMessage>(20).fill(entries)).at(-1)).to.be.at.most(3_000);
  });

  it('show an election one step after the other', () => {
    const preVote: FeedMessage = { ...ask, kind: 'preVote' };
    const vote: FeedMessage = { ...ask, kind: 'vote' };
    const entries: FeedMessage = { ...ask, kind: 'entries' };
    const told = [preVote, answerTo(preVote), vote, answerTo(vote), entries, answerTo(entries)];
    expect(startsOf(told)).to.deep.equal([0, 700, 1_400, 2_100, 2_800, 3_500].slice(0, 5));
    // What was left out is not answered either.
    expect(startsOf([answerTo(entries)])).to.deep.equal([]);
  });

  it('are few enough to be drawn, whatever comes', () => {
    const travellers = new Travellers();
    for (let to = 1; to < 5_000; to += 1) {
      travellers.add(
        [
          { ...ask, to },
          { ...ask, to, kind: 'entries' },
          { ...ask, to, kind: 'vote' },
        ],
        0,
      );
    }
    const kinds = travellers.travelling.map(({ message }) => message.kind);
    expect(kinds.length).to.be.below(500);
    expect(kinds.filter((kind) => kind === 'vote').length).to.be.above(150);
  });
});

describe('the logs side by side', () => {
  const entry = (index: number, term = 3): FeedEntry => ({
    ...{ index, term, kind: 'file', name: 'a', version: index },
  });
  const entries = (first: number, last: number): readonly FeedEntry[] =>
    Array.from({ length: last - first + 1 }, (_, position) => entry(first + position));

  it('have the same index in the same column, and tell how far each entry is', () => {
    let state = heard(3, {
      0: { commitIndex: 8, lastApplied: 7, durableIndex: 9, lastLogIndex: 10 },
      1: { commitIndex: 7, lastApplied: 7, durableIndex: 8, lastLogIndex: 8 },
    });
    state = hearLog(state, 0, { firstIndex: 1, lastIndex: 10, entries: entries(1, 10) });
    state = hearLog(state, 1, { firstIndex: 8, lastIndex: 8, entries: entries(8, 8) });
    const { indexes, lanes } = logLanes(state, 4);
    expect(indexes).to.deep.equal([7, 8, 9, 10]);
    const states = lanes.map(({ cells }) =>
      cells.map((cell) => {
        if (cell.kind !== 'entry') return cell.kind;
        if (cell.isApplied) return 'applied';
        if (cell.isCommitted) return 'committed';
        return cell.isDurable ? 'durable' : 'open';
      }),
    );
    expect(states).to.deep.equal([
      ['applied', 'committed', 'durable', 'open'],
      ['cut', 'durable', 'nothing', 'nothing'],
      ['nothing', 'nothing', 'nothing', 'nothing'],
    ]);
  });

  it('say each entry in words', () => {
    const place = { kind: 'entry', isDurable: true, isCommitted: true, isApplied: true } as const;
    expect(describeCell({ ...place, entry: entry(7) })).to.equal(
      'entry 7, term 3: a, version 7; committed and applied',
    );
    const noop = { ...place, isApplied: false, isCommitted: false, isDurable: false };
    expect(describeCell({ ...noop, entry: { index: 1, term: 1, kind: 'noop' } })).to.equal(
      'entry 1, term 1: start of a term, or a checkpoint; not on disk yet',
    );
  });

  it('are empty before anybody was heard', () => {
    expect(logLanes(heard(3), 4).indexes).to.deep.equal([]);
  });
});
