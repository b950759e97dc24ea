/**
 * Responses of HTTP/1.1 out of a stream of bytes, for one kind of server only: ours, which gives
 * every answer a Content-Length. Knows no sockets; holds at most one response in part.
 */

export interface HttpResponse {
  readonly status: number;
  readonly body: Uint8Array;
  /** Whether the server closes the connection after this response. */
  readonly isLast: boolean;
}

/** Bytes that are not the response of a server of this kind, or more of them than allowed. */
export class HttpResponseError extends Error {
  override readonly name = 'HttpResponseError';
}

export interface HttpResponseLimits {
  readonly headerBytesMax: number;
  readonly bodyBytesMax: number;
}

interface ResponseHead {
  readonly status: number;
  readonly isLast: boolean;
  readonly bodyAt: number;
  readonly bodyBytes: number;
}

const headEnd = '\r\n\r\n';

export class HttpResponseParser {
  readonly #limits: HttpResponseLimits;
  /** What has arrived of the response that is not whole yet, in pieces. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  /** Known once the head of that response is there. */
  #head: ResponseHead | undefined;
  /**
   * The head before, byte for byte, and what it says. The answers to heartbeats and entries are of
   * one or two lengths, so nearly every head is that one again and needs no second look.
   */
  #sameHead: { readonly bytes: Buffer; readonly head: ResponseHead } | undefined;

  constructor(limits: HttpResponseLimits) {
    this.#limits = limits;
  }

  /** The responses that are whole now, in order. Throws `HttpResponseError`; then all is over. */
  write(chunk: Buffer): HttpResponse[] {
    this.#pieces.push(chunk);
    this.#pieceBytes += chunk.length;
    const responses: HttpResponse[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) responses.push(next);
    return responses;
  }

  #next(): HttpResponse | undefined {
    if (this.#pieceBytes === 0) return undefined;
    const head = (this.#head ??= this.#readHead());
    if (head === undefined) return undefined;
    const end = head.bodyAt + head.bodyBytes;
    if (this.#pieceBytes < end) return undefined;
    const bytes = this.#joined();
    this.#pieces = bytes.length === end ? [] : [bytes.subarray(end)];
    this.#pieceBytes = bytes.length - end;
    this.#head = undefined;
    return { status: head.status, isLast: head.isLast, body: bytes.subarray(head.bodyAt, end) };
  }

  #readHead(): ResponseHead | undefined {
    const bytes = this.#joined();
    const same = this.#sameHead;
    if (same !== undefined && bytes.length >= same.bytes.length) {
      const { length } = same.bytes;
      if (bytes.compare(same.bytes, 0, length, 0, length) === 0) return same.head;
    }
    const head = this.#readNewHead(bytes);
    if (head !== undefined) {
      this.#sameHead = { bytes: Buffer.from(bytes.subarray(0, head.bodyAt)), head };
    }
    return head;
  }

  #readNewHead(bytes: Buffer): ResponseHead | undefined {
    const headBytes = bytes.indexOf(headEnd);
    if (
      headBytes === -1
        ? bytes.length > this.#limits.headerBytesMax
        : headBytes > this.#limits.headerBytesMax
    ) {
      throw new HttpResponseError(`headers of more than ${this.#limits.headerBytesMax} bytes`);
    }
    if (headBytes === -1) return undefined;
    const [statusLine = '', ...fields] = bytes.toString('latin1', 0, headBytes).split('\r\n');
    const status = /^HTTP\/1\.[01] ([2-5]\d\d)(?: |$)/.exec(statusLine)?.[1];
    if (status === undefined) throw new HttpResponseError('not a response of HTTP/1.1');
    return {
      status: Number(status),
      isLast: /^close$/i.test(fieldValue(fields, 'connection') ?? ''),
      bodyAt: headBytes + headEnd.length,
      bodyBytes: this.#bodyBytes(fieldValue(fields, 'content-length')),
    };
  }

  #bodyBytes(length: string | undefined): number {
    if (length === undefined || !/^\d{1,15}$/.test(length)) {
      throw new HttpResponseError('a response without a Content-Length');
    }
    const bytes = Number(length);
    if (bytes > this.#limits.bodyBytesMax) {
      throw new HttpResponseError(`a response of ${bytes} bytes`);
    }
    return bytes;
  }

  #joined(): Buffer {
    const [first] = this.#pieces;
    if (first !== undefined && this.#pieces.length === 1) return first;
    const joined = Buffer.concat(this.#pieces, this.#pieceBytes);
    this.#pieces = [joined];
    return joined;
  }
}

function fieldValue(fields: readonly string[], name: string): string | undefined {
  for (const field of fields) {
    const colon = field.indexOf(':');
    if (field.slice(0, colon).toLowerCase() === name) return field.slice(colon + 1).trim();
  }
  return undefined;
}
