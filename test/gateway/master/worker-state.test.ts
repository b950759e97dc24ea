import { expect } from 'chai';
import {
  newWorker,
  stepWorker,
  type WorkerEvent,
  type WorkerStep,
} from '../../../src/gateway/master/worker-state.js';

const started: WorkerEvent = { kind: 'started' };
const answered: WorkerEvent = { kind: 'answered' };
const drain: WorkerEvent = { kind: 'drain' };
const failed = (reason: string): WorkerEvent => ({ kind: 'failed', reason });

function run(...events: readonly WorkerEvent[]): readonly WorkerStep[] {
  let state = newWorker;
  return events.map((event) => {
    const step = stepWorker(state, event);
    state = step.state;
    return step;
  });
}

describe('the state of a worker', () => {
  it('is healthy only while its last health check was answered', () => {
    const phases = run(started, answered, failed('is silent'), started, answered);
    expect(phases.map(({ state }) => state.phase)).to.deep.equal([
      ...['starting', 'healthy', 'ill', 'starting', 'healthy'],
    ]);
  });

  it('tells of a change once, whichever way it goes', () => {
    const silent = failed('is silent');
    const steps = run(answered, answered, silent, started, silent, failed('ended'), answered);
    expect(steps.map(({ news }) => news)).to.deep.equal([
      ...[undefined, undefined, 'is silent', undefined, undefined, 'ended', 'answers again'],
    ]);
  });

  it('starts a worker at once, then at longer and longer intervals of at most five seconds', () => {
    const failures = Array.from({ length: 9 }, () => failed('port in use'));
    expect(run(...failures).map(({ restartAfterMs }) => restartAfterMs)).to.deep.equal([
      ...[0, 250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000],
    ]);
  });

  it('forgets earlier failures only once it has stayed healthy from one check to the next', () => {
    const bad = failed('ended');
    const flapping = run(answered, bad, answered, bad, answered, bad);
    expect(flapping.at(-1)?.restartAfterMs).to.equal(500);
    const mended = run(answered, bad, answered, bad, answered, answered, bad);
    expect(mended.at(-1)?.restartAfterMs).to.equal(0);
  });

  it('drains for good, and is not started again', () => {
    const steps = run(answered, drain, answered, failed('ended'), started);
    expect(steps.slice(1).every(({ state }) => state.phase === 'draining')).to.be.true;
    expect(steps.at(3)).to.include({ news: undefined, restartAfterMs: undefined });
  });
});
