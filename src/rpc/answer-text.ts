/**
 * Answers to calls as the bytes of HTTP, in the very form in which node:http writes them. The bytes
 * stand in a string, one character each, because that is the cheapest thing to put together and to
 * hand to a socket.
 */

const secondMs = 1000;

const start = 'HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: ';

export class AnswerText {
  readonly #keepAliveLines: string;
  /** The second that `#dateLine` is about. */
  #second = Number.NaN;
  #dateLine = '';

  constructor(idleTimeoutMs: number) {
    const seconds = Math.floor(idleTimeoutMs / secondMs);
    this.#keepAliveLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`;
  }

  /** The whole answer; `body` is bytes already. After the last one the connection is closed. */
  of(body: string, isLast: boolean): string {
    return this.head(body.length, isLast) + body;
  }

  /** What stands before a body of so many bytes. */
  head(bytes: number, isLast: boolean): string {
    this.#renewDate();
    const connectionLines = isLast ? 'Connection: close\r\n\r\n' : this.#keepAliveLines;
    return `${start}${bytes}${this.#dateLine}${connectionLines}`;
  }

  #renewDate(): void {
    const nowMs = Date.now();
    const second = Math.floor(nowMs / secondMs);
    if (second === this.#second) return;
    this.#second = second;
    this.#dateLine = `\r\nDate: ${new Date(nowMs).toUTCString()}\r\n`;
  }
}

/** The UTF-8 bytes of `text`; the same string for ASCII, which most answers are. */
export function bytesOf(text: string): string {
  if (Buffer.byteLength(text) === text.length) return text;
  return Buffer.from(text).toString('latin1');
}
