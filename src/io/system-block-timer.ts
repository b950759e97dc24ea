/** Time for the block stores, from the event loop. A timer alone does not keep a process alive. */
import type { BlockTimer } from '../blocks/block-timer.js';

export const systemBlockTimer: BlockTimer = {
  now: () => Date.now(),

  after(delayMs, action) {
    const timeout = setTimeout(action, delayMs);
    timeout.unref();
    return () => {
      clearTimeout(timeout);
    };
  },
};
