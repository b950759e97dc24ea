/**
 * One listener of the feed at the other end of a connection: server-sent events, as fast as it
 * reads. One that reads slowly misses messages; one that falls far behind, or reads nothing, is cut
 * off, and may come again.
 */
import type { ServerResponse } from 'node:http';
import type { FeedEventName } from '../../live/feed.js';
import type { FeedListener } from './live-feed.js';

/** With more unread bytes, messages are left out. */
const slowBytes = 64 * 1024;
/** With more, the connection is closed. */
const unreadBytesMax = 1024 * 1024;
/** A listener that takes nothing for so long is gone. */
const stallMs = 30_000;

const headers = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  // For proxies that gather an answer before they pass it on.
  'X-Accel-Buffering': 'no',
};

export class FeedResponse implements FeedListener {
  readonly #response: ServerResponse;
  #readMs = performance.now();

  /** Sends the head. */
  constructor(response: ServerResponse, grant: Readonly<Record<string, string>>) {
    this.#response = response;
    response.shouldKeepAlive = false;
    response.writeHead(200, { ...headers, ...grant });
    response.flushHeaders();
  }

  tell(name: FeedEventName, data: string): void {
    const response = this.#response;
    const unreadBytes = response.writableLength;
    const nowMs = performance.now();
    if (unreadBytes === 0) this.#readMs = nowMs;
    if (unreadBytes > unreadBytesMax || nowMs - this.#readMs > stallMs) response.destroy();
    if (response.destroyed || (name === 'messages' && unreadBytes > slowBytes)) return;
    response.write(`event: ${name}\ndata: ${data}\n\n`);
  }

  end(): void {
    this.#response.end();
  }
}
