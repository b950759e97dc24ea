/** The goals, what is made of many measurements, and the verdicts. */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { goals, type GoalId } from '../../bench/goals/goals.js';
import { judge, type Figures, type Verdict } from '../../bench/goals/outcome.js';
import { median, pairedRatio, quantile } from '../../bench/goals/statistics.js';
import { compare } from '../../bench/scenes/sample.js';
import { sample } from './samples.js';

function verdictOn(id: GoalId, figures: Partial<Figures>): Verdict {
  const goal = must(goals.get(id), 'a goal');
  const whole = { ours: Number.NaN, theirs: undefined, ...figures };
  return judge(goal, { kind: 'measured', figures: whole });
}

describe('bench: a verdict', () => {
  it('tells the aim from the goal, both included', () => {
    const verdicts = [4, 3.99, 3.5, 3.49].map((ratio) => verdictOn('updates-128', { ratio }));
    expect(verdicts).to.deep.equal(['aim met', 'met', 'met', 'missed']);
  });

  it('wants less where less is better', () => {
    const verdicts = [0.2, 1, 1.01].map((ratio) => verdictOn('updates-p99', { ratio }));
    expect(verdicts).to.deep.equal(['met', 'met', 'missed']);
  });

  it('is about our figure alone where nothing is compared', () => {
    expect(verdictOn('million-memory', { ours: 500 })).to.equal('met');
    expect(verdictOn('million-memory', { ours: 501 })).to.equal('missed');
    expect(verdictOn('leader-changes', { ours: 0 })).to.equal('met');
    expect(verdictOn('leader-changes', { ours: 1 })).to.equal('missed');
    expect(verdictOn('pauses', { ours: 51, theirs: 90 })).to.equal('missed');
  });

  it('cannot be given without the figure that the goal is about', () => {
    expect(() => verdictOn('updates-128', { ours: 10 })).to.throw('updates-128');
  });

  it('says so when nothing was measured', () => {
    const goal = must(goals.get('updates-1'), 'a goal');
    expect(judge(goal, { kind: 'skipped', reason: 'no etcd' })).to.equal('skipped');
    expect(judge(goal, { kind: 'failed', reason: 'no disk' })).to.equal('failed');
  });
});

describe('bench: many measurements', () => {
  it('are one by their median, the mean of two in the middle', () => {
    expect(median([5, 1, 9])).to.equal(5);
    expect(median([4, 1, 9, 2])).to.equal(3);
    expect(() => median([])).to.throw('a median is of something');
  });

  it('have quantiles', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => at);
    expect(quantile(hundred, 0.5)).to.equal(50);
    expect(quantile(hundred, 0.99)).to.equal(99);
    expect(quantile(hundred, 1)).to.equal(99);
    expect(quantile([], 0.5)).to.equal(0);
  });

  it('are compared round by round, since a disturbance hits the pair', () => {
    // Medians alone would say 10 / 4.
    expect(pairedRatio([10, 2, 100], [5, 1, 4])).to.equal(2);
    expect(() => pairedRatio([1], [])).to.throw('both took part');
  });

  it('become an outcome with ours, theirs, the ratio and both quantiles', () => {
    const ours = [sample({ callsPerSecond: 300, p50Ms: 1, p99Ms: 4 })];
    const theirs = [sample({ callsPerSecond: 100, p50Ms: 2, p99Ms: 16 })];
    expect(compare(ours, theirs, 'callsPerSecond')).to.deep.equal({
      kind: 'measured',
      figures: {
        ours: 300,
        theirs: 100,
        ratio: 3,
        p50Ms: { ours: 1, theirs: 2 },
        p99Ms: { ours: 4, theirs: 16 },
      },
    });
    expect(compare(ours, theirs, 'p99Ms')).to.have.nested.property('figures.ratio', 0.25);
  });

  it('keep our figure when the rival is missing', () => {
    const outcome = compare([sample({ callsPerSecond: 300 })], { missing: 'no etcd' }, 'p50Ms');
    expect(outcome).to.include({ kind: 'skipped', reason: 'no etcd' });
    expect(outcome).to.have.nested.property('figures.theirs', undefined);
    expect(outcome).to.have.nested.property('figures.p50Ms.ours', 1);
  });
});
