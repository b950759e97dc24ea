/**
 * Short answers of the master itself, as text.
 */
import type { ServerResponse } from 'node:http';

/** Sends status and one line; does nothing for a response that has begun. */
export function sendPlain(
  response: ServerResponse,
  status: number,
  line: string,
  fields: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
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
