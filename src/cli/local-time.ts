/** Times as people read them: ISO 8601, in the time zone of this machine, with its offset. */

/** `timeMs`: ms since 1970. */
export function localTime(timeMs: number): string {
  const date = new Date(timeMs);
  const offsetMinutes = -date.getTimezoneOffset();
  // The digits of another moment, which in UTC are those of this one here.
  const shifted = new Date(timeMs + offsetMinutes * 60_000);
  const digits = shifted.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  const sign = offsetMinutes < 0 ? '-' : '+';
  const two = (number: number): string => String(number).padStart(2, '0');
  const minutes = Math.abs(offsetMinutes);
  return `${digits}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
