/** How long ago something was, in the words of people. Pages and their script say it alike. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const units = [
  ['year', 365 * dayMs],
  ['month', 30 * dayMs],
  ['day', dayMs],
  ['hour', hourMs],
  ['minute', minuteMs],
] as const;

/** For example `3 hours ago`; both are ms since 1970. What is yet to come is `just now`, too. */
export function ageWords(at: number, now: number): string {
  const ageMs = now - at;
  for (const [noun, unitMs] of units) {
    const whole = Math.floor(ageMs / unitMs);
    if (whole >= 1) return `${whole} ${noun}${whole === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}
