/**
 * Time for the replica, from the event loop. A process that was stopped or asleep does not make up
 * for the calls it missed: elections are timed by the ticks that a server has lived through.
 */
import type { Timer } from '../replica/timer.js';

export const systemTimer: Timer = {
  every(intervalMs, action) {
    const interval = setInterval(action, intervalMs);
    return () => {
      clearInterval(interval);
    };
  },

  soon(action) {
    setImmediate(action);
  },
};
