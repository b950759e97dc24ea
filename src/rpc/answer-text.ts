/**
 * Answers to calls as the bytes of HTTP, in the very form in which node:http writes them. The bytes
 * stand in a string, one character each, because that is the cheapest thing to put together and to
 * hand to a socket.
 */

const secondMs = 1000;

const start = 'HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: ';

/** A longer answer is not kept for the case that the next one is the same. */
const keptBytesMax = 1024;

export class AnswerText {
  readonly #keepAliveLines: string;
  /** Undefined once its second has gone by. */
  #dateLine: string | undefined;
  /** The last short answer, and the body that it has: nearly all calls answer the same. */
  #keptBody: string | undefined;
  #kept = '';

  constructor(idleTimeoutMs: number) {
    const seconds = Math.floor(idleTimeoutMs / secondMs);
    this.#keepAliveLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`;
  }

  /** The whole answer; `body` is bytes already. After the last one the connection is closed. */
  of(body: string, isLast: boolean): string {
    if (isLast) return this.head(body.length, true) + body;
    if (body === this.#keptBody && this.#dateLine !== undefined) return this.#kept;
    const text = this.head(body.length, false) + body;
    if (body.length <= keptBytesMax) {
      this.#keptBody = body;
      this.#kept = text;
    }
    return text;
  }

  /** What stands before a body of so many bytes. */
  head(bytes: number, isLast: boolean): string {
    const dateLine = (this.#dateLine ??= this.#newDateLine());
    const connectionLines = isLast ? 'Connection: close\r\n\r\n' : this.#keepAliveLines;
    return `${start}${bytes}${dateLine}${connectionLines}`;
  }

  /** One timer each second in which something is answered spares every answer a look at a clock. */
  #newDateLine(): string {
    const nowMs = Date.now();
    const timer = setTimeout(
      () => {
        this.#dateLine = undefined;
        this.#keptBody = undefined;
      },
      secondMs - (nowMs % secondMs),
    );
    timer.unref();
    return `\r\nDate: ${new Date(nowMs).toUTCString()}\r\n`;
  }
}

/** The UTF-8 bytes of `text`; the same string for ASCII, which most answers are. */
export function bytesOf(text: string): string {
  if (Buffer.byteLength(text) === text.length) return text;
  return Buffer.from(text).toString('latin1');
}
