/**
 * The heads of plain calls, from their bytes: a `POST` to one of the two paths, HTTP/1.1, one
 * Content-Length, and no header that would ask for more than node:http's most ordinary service.
 * It never sees a socket.
 *
 * Promise: a head that is called whole means to node:http exactly what is said of it here, and
 * what is called a part may still become one. Everything else, mistakes included, is odd, and left
 * to node:http, which alone decides about it.
 */
import { secretHeader } from '../cluster-secret.js';
import { clusterHeader, pageHeaders, peerHeader } from '../peer-header.js';
import { isXmlContentType } from '../xml-content-type.js';

/** `partial`: its end has not arrived yet. `odd`: it is for node:http. */
export type HeadReading = 'whole' | 'partial' | 'odd';

/** What a head says besides the length of its body. */
export interface PlainHead {
  /** The server that the caller says to be, its cluster and its proof; undefined where not said. */
  readonly peer: string | undefined;
  readonly cluster: string | undefined;
  readonly secret: string | undefined;
}

/** The head that was read last, so that the same bytes need not be looked at twice. */
interface KnownHead extends PlainHead {
  /** Its bytes before and behind the digits of Content-Length; the latter with the blank line. */
  readonly before: Buffer;
  readonly after: Buffer;
}

/** Few clients send more; what is longer, or has more lines, is odd. */
const plainHeadBytesMax = 4 * 1024;
const plainHeadLinesMax = 40;
/** Enough for any body that is accepted, and exact. */
const lengthDigitsMax = 9;

const blankLine = '\r\n\r\n';
const requestLines: readonly string[] = ['POST /RPC2 HTTP/1.1', 'POST / HTTP/1.1'];
const headerLine = /^([A-Za-z0-9_-]+):[\t ]*([\t -~]*?)[\t ]*$/;
/** What an unfinished line may be the beginning of. A CR may end it, but for its LF. */
const headerLineStart = /^(?:[A-Za-z0-9_-]*|[A-Za-z0-9_-]+:[\t -~]*\r?|\r)$/;
const lengthPattern = /^[0-9]{1,9}$/;

/** Headers that ask for something that only node:http does, and those of browsers. */
const oddHeaders: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'content-encoding',
  'expect',
  'upgrade',
  'proxy-connection',
  'trailer',
  ...pageHeaders,
]);
/** Headers that mean something; a second one of the same name makes the head odd. */
const knownHeaders: ReadonlySet<string> = new Set([
  'content-length',
  'content-type',
  'connection',
  peerHeader,
  clusterHeader,
  secretHeader,
]);

/** Reads the heads of one connection. */
export class PlainHeadReader {
  readonly #bytesMax: number;
  #known: KnownHead | undefined;
  #bodyAt = 0;
  #bodyBytes = 0;

  /** Heads of more than `bytesMax` bytes are odd. */
  constructor(bytesMax: number) {
    this.#bytesMax = Math.min(bytesMax, plainHeadBytesMax);
  }

  /** What the last whole head says: the same object for as long as heads say the same. */
  get head(): PlainHead | undefined {
    return this.#known;
  }

  /** Where the body of the last whole head begins, in the bytes that it was read from. */
  get bodyAt(): number {
    return this.#bodyAt;
  }

  /** The bytes of that body. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** Reads the head that begins at `at`, where there is at least one byte. */
  read(bytes: Buffer, at: number): HeadReading {
    return this.#isKnown(bytes, at) ? 'whole' : this.#readNew(bytes, at);
  }

  /** A client nearly always sends the same head: comparing bytes spares looking at its lines. */
  #isKnown(bytes: Buffer, at: number): boolean {
    const known = this.#known;
    if (known === undefined || !isAt(bytes, at, known.before)) return false;
    const lengthAt = at + known.before.length;
    const lengthEnd = Math.min(lengthAt + lengthDigitsMax, bytes.length);
    let length = 0;
    let end = lengthAt;
    for (; end < lengthEnd; end += 1) {
      const digit = (bytes[end] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    if (end === lengthAt || !isAt(bytes, end, known.after)) return false;
    this.#bodyAt = end + known.after.length;
    this.#bodyBytes = length;
    return true;
  }

  #readNew(bytes: Buffer, at: number): HeadReading {
    const found = bytes.indexOf(blankLine, at, 'latin1');
    const isWhole = found >= 0;
    const end = isWhole ? found + blankLine.length : bytes.length;
    if (end - at > this.#bytesMax) return 'odd';
    const lines = bytes.toString('latin1', at, isWhole ? found : end).split('\r\n');
    const last = isWhole ? '' : (lines.pop() ?? '');
    const headers = readLines(lines);
    if (headers === undefined) return 'odd';
    if (!isWhole) return isLineStart(last, lines.length === 0) ? 'partial' : 'odd';
    const length = headers.get('content-length');
    if (length === undefined) return 'odd';
    this.#remember(bytes.subarray(at, end), headers);
    this.#bodyAt = end;
    this.#bodyBytes = Number(length);
    return 'whole';
  }

  #remember(head: Buffer, headers: ReadonlyMap<string, string>): void {
    const text = head.toString('latin1');
    const { index } = /\r\nContent-Length:[\t ]*/i.exec(text) ?? { index: 0 };
    const lengthAt = index + (/[0-9]/.exec(text.slice(index))?.index ?? 0);
    const lengthEnd = lengthAt + (headers.get('content-length') ?? '').length;
    // Copies: the chunk that they stand in may be long.
    this.#known = {
      before: Buffer.from(head.subarray(0, lengthAt)),
      after: Buffer.from(head.subarray(lengthEnd)),
      peer: headers.get(peerHeader),
      cluster: headers.get(clusterHeader),
      secret: headers.get(secretHeader),
    };
  }
}

/** The headers that mean something, from whole lines; undefined when one of them is odd. */
function readLines(lines: readonly string[]): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  if (lines.length > plainHeadLinesMax) return undefined;
  for (const [index, line] of lines.entries()) {
    if (index === 0) {
      if (!requestLines.includes(line)) return undefined;
      continue;
    }
    const [, written, value] = headerLine.exec(line) ?? [];
    if (written === undefined || value === undefined) return undefined;
    const name = written.toLowerCase();
    if (oddHeaders.has(name)) return undefined;
    if (!knownHeaders.has(name)) continue;
    if (headers.has(name) || !isPlainValue(name, value)) return undefined;
    headers.set(name, value);
  }
  return headers;
}

function isPlainValue(name: string, value: string): boolean {
  if (name === 'content-length') return lengthPattern.test(value);
  if (name === 'content-type') return isXmlContentType(value);
  return name !== 'connection' || value.toLowerCase() === 'keep-alive';
}

/** Whether this may become a line of a plain head. */
function isLineStart(text: string, isFirst: boolean): boolean {
  if (!isFirst) return headerLineStart.test(text);
  return requestLines.some((line) => `${line}\r`.startsWith(text));
}

function isAt(bytes: Buffer, at: number, expected: Buffer): boolean {
  if (bytes.length - at < expected.length) return false;
  for (let i = 0; i < expected.length; i += 1) if (bytes[at + i] !== expected[i]) return false;
  return true;
}
