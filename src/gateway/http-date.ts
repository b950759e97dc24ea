/**
 * Dates of HTTP (RFC 9110, section 5.6.7): one form is written, three are read. Times are
 * milliseconds since 1970, always of a whole second.
 */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const days = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const longDays = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)';
const month = `(?<month>${months.join('|')})`;
const time = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;

const forms = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(String.raw`^${days}, (?<day>\d{2}) ${month} (?<year>\d{4}) ${time} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(String.raw`^${longDays}, (?<day>\d{2})-${month}-(?<year>\d{2}) ${time} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(String.raw`^${days} ${month} (?<day>[ \d]\d) ${time} (?<year>\d{4})$`),
];

/** A year of two digits that would lie further ahead than this belongs to the past. */
const yearsAheadMax = 50;

/** The second in which `ms` lies, as `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

/** Undefined for what is no date. `nowMs` tells the century of years of two digits. */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  for (const form of forms) {
    const found = form.exec(text.trim())?.groups;
    if (found === undefined) continue;
    const number = (name: string): number => Number(found[name]);
    const year = found['year']?.length === 2 ? fullYear(number('year'), nowMs) : number('year');
    const monthAt = months.indexOf(found['month'] ?? '');
    const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map(number);
    const date = new Date(0);
    date.setUTCFullYear(year, monthAt, day);
    // A leap second is read as the second after it.
    date.setUTCHours(hour ?? 0, minute, second, 0);
    const isReal = date.getUTCDate() === day || (hour === 23 && minute === 59 && second === 60);
    const isTime = (hour ?? 24) < 24 && (minute ?? 60) < 60 && (second ?? 61) < 61;
    return isReal && isTime ? date.getTime() : undefined;
  }
  return undefined;
}

function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + yearsAheadMax ? year - 100 : year;
}
