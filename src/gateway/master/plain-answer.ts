/**
 * Short answers of the master itself, as text.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether a body waits for an invitation: without one it does not come. */
export function isAnnounced({ headers, complete }: IncomingMessage): boolean {
  return headers.expect !== undefined && !complete;
}

/** Sends status and one line; does nothing for a response that has begun. */
export function sendPlain(
  response: ServerResponse,
  status: number,
  line: string,
  fields: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  if (isAnnounced(response.req)) response.shouldKeepAlive = false;
  const body = `${line}\n`;
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...fields,
  });
  response.end(body);
}
