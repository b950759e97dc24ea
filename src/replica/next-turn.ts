/** Lets everything else that waits have its turn in the middle of long work. */
import type { Timer } from './timer.js';

export function nextTurn(timer: Pick<Timer, 'soon'>): Promise<void> {
  return new Promise((resolve) => {
    timer.soon(resolve);
  });
}
