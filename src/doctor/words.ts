/** Servers, times and lists as people write them. */

/** `server 1`, `servers 1 and 2`, `servers 0, 1 and 2`. */
export function serversText(ids: readonly number[]): string {
  return `${ids.length === 1 ? 'server' : 'servers'} ${listText(ids.map(String))}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

const unitsMs: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
];

/** `0.4 s`, `12 s`, `5 min`, `3 h`, `2 d`: rounded down. */
export function timeText(ms: number): string {
  const unit = unitsMs.find(([unitMs]) => ms >= unitMs);
  if (unit !== undefined) return `${Math.floor(ms / unit[0])} ${unit[1]}`;
  const seconds = ms / 1_000;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds)} s`;
}

/** A moment that programs told, as ISO 8601 in UTC, to the second. */
export function momentText(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return `${ms} ms after 1970`;
  return `${date.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}Z`;
}
