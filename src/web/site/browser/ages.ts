/** Keeps "3 hours ago" true while a page stays open. */
import { ageWords } from './age-words.js';

const refreshMs = 20_000;

/** Counts on from the time that the page was made at, whatever this machine's clock says. */
export function keepAgesFresh(): void {
  const madeAt = Number(document.documentElement.dataset['now']);
  if (!Number.isFinite(madeAt)) return;
  const openedAt = Date.now();
  const refresh = (): void => {
    const now = madeAt + Math.max(0, Date.now() - openedAt);
    for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-age]')) {
      const at = Date.parse(time.dateTime);
      if (Number.isFinite(at)) setText(time, ageWords(at, now));
    }
  };
  setInterval(refresh, refreshMs);
  document.addEventListener('visibilitychange', refresh);
}

/** Leaves alone what is right already, so that nothing is read out or selected anew. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
