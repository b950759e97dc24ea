/** One line for each request, in the combined log format that log readers know. */
import type { IncomingMessage, ServerResponse } from 'node:http';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export interface LoggedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** When it came. */
  readonly atMs: number;
}

/** Without a line end; times are UTC. What a client made up cannot break the line. */
export function accessLogLine({ request, response, atMs }: LoggedRequest): string {
  const { method = '', url = '', httpVersion, headers } = request;
  const target = `${method} ${url} HTTP/${httpVersion}`;
  const sent = `${response.headersSent ? response.statusCode : '-'} ${bodyBytes(response)}`;
  return (
    `${clientOf(request)} - - [${logTime(atMs)}] "${escapeLogged(target)}" ${sent} ` +
    `"${escapeLogged(headers.referer ?? '-')}" "${escapeLogged(headers['user-agent'] ?? '-')}"`
  );
}

/** Of an answer that broke off nobody knows what arrived: it counts as nothing. */
function bodyBytes(response: ServerResponse): string {
  const hasBody = response.req.method !== 'HEAD' && response.writableFinished;
  return hasBody ? String(response.getHeader('content-length') ?? '0') : '0';
}

/** Whom a proxy on this machine speaks for; a stranger could claim anything. */
function clientOf({ socket, headers }: IncomingMessage): string {
  const address = socket.remoteAddress ?? '-';
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(address);
  const forwarded = headers['x-forwarded-for']?.toString().split(',').at(-1)?.trim();
  return isLocal && forwarded !== undefined && /^[\da-f.:]+$/i.test(forwarded)
    ? forwarded
    : address;
}

/** As `28/Nov/2026:19:52:08 +0000`. */
export function logTime(ms: number): string {
  const date = new Date(ms);
  const two = (number: number): string => String(number).padStart(2, '0');
  const month = months[date.getUTCMonth()] ?? '';
  const day = `${two(date.getUTCDate())}/${month}/${date.getUTCFullYear()}`;
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${day}:${time} +0000`;
}

/** Quotes, backslashes and what is not printable ASCII, as `\xHH` of each of its bytes. */
export function escapeLogged(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, (character) =>
    [...Buffer.from(character, 'latin1')]
      .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
      .join(''),
  );
}
