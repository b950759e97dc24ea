/** What the page remembers: the moments of a cluster, and what has happened in it. */
import { expect } from 'chai';
import { loseContact } from '../../src/live/cluster-state.js';
import type { FeedHappening } from '../../src/live/feed.js';
import { History } from '../../src/live/history.js';
import { groupItems, isMajor, Timeline } from '../../src/live/timeline.js';
import { heard } from './states.js';

describe('the history of a page', () => {
  it('gives back a moment that has passed', () => {
    const history = new History();
    const [before, after] = [heard(3), heard(3, { 1: { role: 'crashed' } })];
    history.record(before, 1_000);
    history.record(after, 2_000);
    expect(history.at(1_500)).to.equal(before);
    expect(history.at(2_000)).to.equal(after);
    expect(history.at(9_000)).to.equal(after);
    expect(history.at(10)).to.equal(before);
    expect(history.beginMs).to.equal(1_000);
  });

  it('keeps no moment in which nothing has changed that is shown', () => {
    const history = new History();
    const before = heard(3);
    history.record(before, 1_000);
    history.record(heard(3, { 0: { clockMs: 5, uptimeSeconds: 77 } }), 2_000);
    expect(history.at(3_000)).to.equal(before);
  });

  it('tells in which condition a server was, and since when it is down', () => {
    const history = new History();
    history.record(heard(3), 1_000);
    history.record(heard(3, { 0: { commitIndex: 10 } }), 2_000);
    history.record(loseContact(heard(3, { 0: { links: [] } }), 2, 3_000), 3_000);
    expect(history.spans(2, 5_000)).to.deep.equal([
      { fromMs: 1_000, toMs: 3_000, condition: 'follower' },
      { fromMs: 3_000, toMs: 5_000, condition: 'down' },
    ]);
    expect(history.spans(0, 5_000)).to.deep.equal([
      { fromMs: 1_000, toMs: 5_000, condition: 'leader' },
    ]);
    expect(history.spans(9, 5_000)).to.deep.equal([]);
  });

  it('counts what follows at once as one moment, unless a condition has changed', () => {
    const history = new History();
    history.record(heard(3), 1_000);
    const soon = heard(3, { 0: { commitIndex: 10 } });
    history.record(soon, 1_040);
    expect(history.at(1_000)).to.equal(soon);
    const crashed = heard(3, { 1: { role: 'crashed' } });
    history.record(crashed, 1_060);
    expect(history.at(1_050)).to.equal(soon);
    expect(history.at(1_060)).to.equal(crashed);
  });

  it('tells when the page knew what a server had become', () => {
    const history = new History();
    history.record(heard(3), 1_000);
    history.record(heard(3, { 0: { commitIndex: 10 } }), 2_300);
    history.record(heard(3, { 1: { role: 'crashed' } }), 2_600);
    expect(history.knownMs(1, 'crashed', 2_000)).to.equal(2_600);
    expect(history.knownMs(1, 'follower', 2_000)).to.equal(2_300);
    expect(history.knownMs(2, 'crashed', 2_000)).to.equal(undefined);
    expect(history.knownMs(1, 'crashed', 3_000)).to.equal(undefined);
    history.record(heard(3, { 2: { role: 'crashed' } }), 9_000);
    expect(history.knownMs(2, 'crashed', 2_000)).to.equal(undefined);
  });

  it('is bounded', () => {
    const history = new History();
    for (let i = 0; i < 6_000; i += 1) history.record(heard(1, { 0: { term: i } }), i * 1_000);
    expect(history.beginMs).to.be.above(1_000_000);
    expect(history.at(5_999_000)?.servers[0]?.report?.term).to.equal(5_999);
  });
});

describe('the timeline', () => {
  const happening = (number: number, atMs: number, kind: FeedHappening['kind'] = 'crash') => ({
    ...{ number, atMs, kind, text: `${number}` },
  });
  const life = { aheadMs: 0, lifeMs: 1 };
  const texts = (timeline: Timeline) => timeline.items.map(({ text }) => text);

  it('is in order, whoever tells first, by the clock of the page', () => {
    const timeline = new Timeline();
    timeline.take(0, happening(1, 3_000), life);
    timeline.take(1, happening(2, 12_000), { aheadMs: 10_000, lifeMs: 1 });
    timeline.note(2, 'down', 4_000);
    expect(texts(timeline)).to.deep.equal(['2', '1', 'does not answer this page']);
  });

  it('takes what is told again for the same, unless the process is another', () => {
    const timeline = new Timeline();
    timeline.take(0, happening(1, 1), life);
    timeline.take(0, happening(1, 1), life);
    timeline.take(0, happening(1, 2), { ...life, lifeMs: 2 });
    timeline.take(1, happening(1, 3), life);
    expect(timeline.items).to.have.length(3);
  });

  it('is bounded, and forgets the oldest', () => {
    const timeline = new Timeline();
    for (let number = 1; number <= 9_000; number += 1) {
      timeline.take(0, happening(number, number), life);
    }
    expect(timeline.items).to.have.length(2_000);
    expect(texts(timeline)[0]).to.equal('7001');
  });

  it('tells once what several servers tell alike', () => {
    const timeline = new Timeline();
    const lost = { ...happening(1, 1_000, 'lost'), text: 'server 4 does not answer' };
    for (const server of [2, 0, 2]) timeline.take(server, { ...lost, number: server + 1 }, life);
    timeline.take(0, happening(7, 1_100), life);
    timeline.take(1, { ...lost, atMs: 1_200 }, life);
    timeline.take(3, { ...lost, atMs: 9_000 }, life);
    const groups = groupItems(timeline.items);
    expect(groups.map(({ servers }) => servers)).to.deep.equal([[2, 0, 1], [0], [3]]);
  });

  it('knows what is but a detail', () => {
    const timeline = new Timeline();
    timeline.take(0, happening(1, 1, 'vote'), life);
    timeline.take(0, happening(2, 2, 'leader'), life);
    expect(timeline.items.map(isMajor)).to.deep.equal([false, true]);
  });
});
