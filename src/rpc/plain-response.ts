/**
 * Answers in plain text that end their connection, for everything that is not a call: what is not
 * HTTP at all, and what is refused before it was read.
 */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What a connection is told whose bytes made no request, or not in time. */
export const notHttp = 'this is not an HTTP request';
export const tooSlow = 'the request took too long to arrive';

/**
 * Writes a whole response by hand and ends the connection: for sockets whose HTTP is broken. What
 * still comes is thrown away for `lingerMs`, so that the answer is not lost to a reset.
 */
export function endWithPlainResponse(
  socket: Socket,
  status: number,
  text: string,
  lingerMs: number,
): void {
  // It has been answered before, or nobody is there any more.
  if (!socket.writable) return;
  const body = `${text}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: text/plain; ` +
      `charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n` +
      body,
  );
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => {
    clearTimeout(timer);
  });
  socket.resume();
}

export const plainTextHeaders = { 'Content-Type': 'text/plain; charset=utf-8' };

/** A response that is written whole but does not end its connection yet. */
export interface LastResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Answers a request whose body is not wanted, and closes the connection once the client has read
 * the answer or `lingerMs` have gone by. The rest of the body is thrown away as it comes.
 */
export function endWithLastResponse(
  request: IncomingMessage,
  response: ServerResponse,
  last: LastResponse,
  lingerMs: number,
): void {
  response.writeHead(last.status, {
    ...last.headers,
    'Content-Length': Buffer.byteLength(last.body),
    Connection: 'close',
  });
  // The text goes out now; `end`, after which the connection is closed, comes when it was read.
  response.write(last.body);
  const timer = setTimeout(() => response.end(), lingerMs);
  const finish = (): void => {
    clearTimeout(timer);
    response.end();
  };
  request.once('end', finish);
  request.once('close', finish);
  request.removeAllListeners('data');
  request.resume();
}
