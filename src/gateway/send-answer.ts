/**
 * Sends an answer at the pace of its reader: the next piece of a body is asked for once the one
 * before is on its way, so that a slow reader costs one piece of memory, however long the body is.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { ContentLost } from './file-source.js';

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  /** Exactly as long as Content-Length says; left out for none, as of HEAD. */
  readonly body?: AsyncIterable<Uint8Array>;
}

/**
 * Resolves once the answer is sent or its connection has gone. Rejects with what the body rejects
 * with: `response.headersSent` tells whether anything can still be said. The head goes out together
 * with the first piece of the body, and so not before that is there.
 */
export async function sendAnswer(response: ServerResponse, answer: Answer): Promise<void> {
  const { headers, body } = answer;
  if (body === undefined) {
    writeHead(response, answer);
    response.end();
    await ended(response);
    return;
  }
  let left = Number(headers['content-length']);
  for await (const piece of body) {
    if (response.destroyed) return;
    if (!response.headersSent) writeHead(response, answer);
    left -= piece.length;
    if (left <= 0) response.end(piece);
    else if (!response.write(piece)) await drained(response);
  }
  if (left > 0) throw new ContentLost(`the body ends ${left} bytes too early`);
  if (!response.headersSent) writeHead(response, answer);
  if (!response.writableEnded) response.end();
  await ended(response);
}

function writeHead(response: ServerResponse, { status, headers }: Answer): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(spelled(name), value);
  }
  response.writeHead(status);
}

/** As people write it, who read it with tools that tell large letters from small ones. */
function spelled(name: string): string {
  return name === 'etag' ? 'ETag' : name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

/** Resolves when there is room again, or nobody to read any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      resolve();
      return;
    }
    const go = (): void => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.on('drain', go);
    response.on('close', go);
  });
}

function ended(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.closed || response.destroyed) resolve();
    else response.once('close', resolve);
  });
}
