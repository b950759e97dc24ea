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

  /** The system's timers know whole milliseconds only, and a sleeping loop is slow to wake. */
  afterMoment(delayMs, action) {
    const untilMs = performance.now() + delayMs;
    let isWanted = true;
    const look = (): void => {
      if (!isWanted) return;
      if (performance.now() < untilMs) setImmediate(look);
      else action();
    };
    setImmediate(look);
    return () => {
      isWanted = false;
    };
  },

  soon(action) {
    setImmediate(action);
  },
};
