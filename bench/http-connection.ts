/**
 * One keep-alive HTTP/1.1 connection with one request at a time, as bare as it can be: the load
 * generator shares two cores with what it measures.
 */
import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const headEnd = Buffer.from('\r\n\r\n');
/** Of a body in chunks without trailers, which no server here sends. */
const lastChunk = Buffer.from('0\r\n\r\n');

/** The bytes of a POST; made once per request, outside of what is timed. */
export function postRequest(path: string, contentType: string, body: string): Buffer {
  const head =
    `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: ${contentType}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

export class HttpConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #resolve: ((answer: HttpAnswer) => void) | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;

  /** For a connected socket; `open` makes one. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#receive(chunk);
    });
    socket.on('error', (error) => this.#reject?.(error));
    socket.on('close', () => this.#reject?.(new Error('the server closed the connection')));
  }

  static open(host: string, port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new HttpConnection(socket));
      });
    });
  }

  /** Sends the bytes of one request and resolves with its answer. */
  call(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#reject = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headBytes = this.#received.indexOf(headEnd);
    if (headBytes < 0) return;
    const head = this.#received.toString('latin1', 0, headBytes);
    const body = takeBody(head, this.#received.subarray(headBytes + headEnd.length));
    if (body === undefined) return;
    this.#received = Buffer.alloc(0);
    this.#resolve?.({ status: Number(head.slice(9, 12)), body });
  }
}

/** The body when it is complete, by its length or in chunks; undefined while bytes are missing. */
function takeBody(head: string, bytes: Buffer): string | undefined {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    return bytes.length < Number(length) ? undefined : bytes.toString('utf8', 0, Number(length));
  }
  // A long answer comes in many pieces; only with its last one is it worth a look.
  if (!bytes.subarray(-lastChunk.length).equals(lastChunk)) return undefined;
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) throw new Error(`neither a length nor chunks: ${head}`);
    if (bytes.length < lineEnd + 2 + size + 2) return undefined;
    if (size === 0) return parts.join('');
    parts.push(bytes.toString('utf8', lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
