import { expect } from 'chai';
import { systemTimer } from '../../src/io/system-timer.js';

describe('the system timer', () => {
  it('calls every so often until it is stopped', async () => {
    let calls = 0;
    await new Promise<void>((resolve) => {
      const stop = systemTimer.every(1, () => {
        calls += 1;
        if (calls < 3) return;
        stop();
        // Were it not stopped, an interval of 1 ms would fire before one of 20 ms ends.
        setTimeout(resolve, 20);
      });
    });
    expect(calls).to.equal(3);
  });

  it('calls soon, but after what runs now and what it promised', async () => {
    const order: string[] = [];
    const soon = new Promise<void>((resolve) => {
      systemTimer.soon(() => {
        order.push('soon');
        resolve();
      });
    });
    await Promise.resolve().then(() => order.push('promise'));
    order.push('now');
    await soon;
    expect(order).to.deep.equal(['promise', 'now', 'soon']);
  });

  it('calls after a moment, and lets others go first', async () => {
    const order: string[] = [];
    const beganMs = performance.now();
    await new Promise<void>((resolve) => {
      systemTimer.afterMoment(0.3, () => {
        order.push('moment');
        resolve();
      });
      systemTimer.soon(() => order.push('soon'));
    });
    expect(order).to.deep.equal(['soon', 'moment']);
    expect(performance.now() - beganMs).to.be.at.least(0.3);
  });

  it('calls after no moment that is called off', async () => {
    let calls = 0;
    const callOff = systemTimer.afterMoment(0.3, () => {
      calls += 1;
    });
    callOff();
    await new Promise<void>((resolve) => systemTimer.afterMoment(0.3, resolve));
    await new Promise<void>((resolve) => systemTimer.afterMoment(0.3, resolve));
    expect(calls).to.equal(0);
  });
});
