/**
 * One line for each request in the combined format that every log reader knows: client, user, time,
 * request, status, bytes, referer, user agent. What a client wrote cannot break out of its quotes.
 */
import { escapeLogged, logTime } from '../access-log.js';

export interface AccessEntry {
  readonly client: string;
  readonly user: string | undefined;
  readonly timeMs: number;
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly status: number;
  /** Sent, with the head. */
  readonly bytes: number;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
}

const fieldCharactersMax = 2_000;

/** Times stand in UTC. */
export function accessLine(entry: AccessEntry): string {
  const { client, user, timeMs, method, target, httpVersion, status, bytes } = entry;
  const request = `${method} ${quotable(target)} HTTP/${httpVersion}`;
  const sent = bytes === 0 ? '-' : String(bytes);
  const tail = `"${quotable(entry.referer ?? '-')}" "${quotable(entry.userAgent ?? '-')}"`;
  const who = user === undefined ? '-' : quotable(user).replace(/ /g, '\\x20');
  return `${client} - ${who} [${logTime(timeMs)}] "${request}" ${status} ${sent} ${tail}`;
}

function quotable(text: string): string {
  return escapeLogged(text.slice(0, fieldCharactersMax));
}
