/** The block stores' time, from the event loop. */
import { expect } from 'chai';
import { systemBlockTimer } from '../../src/io/system-block-timer.js';

describe('the system timer of the block stores', () => {
  it('tells the time of day', () => {
    expect(systemBlockTimer.now()).to.be.closeTo(Date.now(), 1_000);
  });

  it('calls what is due, once, and nothing that was cancelled', async () => {
    const called: string[] = [];
    // The longer one holds the process while the others do not.
    const later = new Promise((resolve) => setTimeout(resolve, 50));
    systemBlockTimer.after(1, () => called.push('due'));
    const cancel = systemBlockTimer.after(1, () => called.push('cancelled'));
    cancel();
    await later;
    expect(called).to.deep.equal(['due']);
  });
});
