/**
 * A worker of the tests' own, with faults on demand: a plain HTTP server that serves one file under
 * every name, with ranges, and breaks off, is silent or lies when it is told to.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  | { readonly kind: 'none' }
  /** Resets the connection once so many bytes of a body were sent. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** Says nothing more once so many bytes of a body were sent; 0: not even a head. */
  | { readonly kind: 'silent'; readonly afterBytes: number };

export interface StandInFile {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly ignoresRanges?: boolean;
  readonly fields?: Readonly<Record<string, string>>;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export class StandInWorker {
  readonly port: number;
  fault: Fault = { kind: 'none' };
  isWell = true;
  /** What it tells with its answers to health checks. */
  healthFields: Readonly<Record<string, string | number>> = {};
  healthChecks = 0;
  /** With the last one. */
  toldPeers: string | undefined;
  file: StandInFile;
  /** Answers in place of the file. */
  answer: Answer | undefined;
  /** Of all but health checks. */
  readonly requests: IncomingMessage[] = [];
  readonly #server = createServer((request, response) => {
    this.#serve(request, response);
  });

  private constructor(file: StandInFile, port: number) {
    this.file = file;
    this.port = port;
  }

  static async start(file: StandInFile, port = 0): Promise<StandInWorker> {
    const probe = createServer().listen(port, '127.0.0.1');
    await once(probe, 'listening');
    const found = (probe.address() as AddressInfo).port;
    await new Promise((resolve) => probe.close(resolve));
    const worker = new StandInWorker(file, found);
    // A body is invited by the test.
    worker.#server.on('checkContinue', (request, response) => {
      worker.#serve(request, response);
    });
    await worker.open();
    return worker;
  }

  async open(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === '/healthcheck') {
      this.healthChecks += 1;
      this.toldPeers = request.headers['surfraft-peers']?.toString();
      if (this.isWell) response.writeHead(200, this.healthFields).end();
      return;
    }
    this.requests.push(request);
    if (this.answer !== undefined) {
      this.answer(request, response);
      return;
    }
    const { fault } = this;
    if (fault.kind === 'silent' && fault.afterBytes === 0) return;
    if (fault.kind === 'reset' && fault.afterBytes === 0) {
      request.socket.resetAndDestroy();
      return;
    }
    this.#send(request, response, fault);
  }

  #send(request: IncomingMessage, response: ServerResponse, fault: Fault): void {
    const { bytes, etag, fields, ignoresRanges } = this.file;
    const { range, 'if-range': condition } = request.headers;
    const wanted = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
    const isPart =
      wanted !== null && ignoresRanges !== true && (condition === undefined || condition === etag);
    const [first, last] = isPart ? wanted.slice(1).map(Number) : [0, bytes.length - 1];
    const body = bytes.subarray(first, Number(last) + 1);
    response.writeHead(isPart ? 206 : 200, {
      ETag: etag,
      'Accept-Ranges': 'bytes',
      'Content-Length': body.length,
      ...(isPart ? { 'Content-Range': `bytes ${first}-${last}/${bytes.length}` } : {}),
      ...fields,
    });
    if (fault.kind === 'none' || body.length <= fault.afterBytes) {
      response.end(request.method === 'HEAD' ? undefined : body);
      return;
    }
    response.write(body.subarray(0, fault.afterBytes), () => {
      if (fault.kind === 'reset') request.socket.resetAndDestroy();
    });
  }
}
