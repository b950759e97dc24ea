/**
 * One connection to a server, TCP or TLS, for what no HTTP library would send: half a request, two
 * requests at once, a length that is not kept. Nothing the server does makes it throw.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Tls } from './access.js';
import type { Address } from './address.js';
import type { CallScope } from './call-scope.js';

/** More than any answer to such a request has; the rest is not kept. */
const keptCharactersMax = 1024 * 1024;

export interface Received {
  readonly text: string;
  /** The server has ended the connection. */
  readonly closed: boolean;
}

export class RawConnection {
  readonly #socket: Socket;
  readonly #leaveScope: () => void;
  readonly #scope: CallScope;
  #text = '';
  #closed = false;

  constructor({ host, port }: Address, scope: CallScope, tls?: Tls) {
    this.#scope = scope;
    this.#socket = tls === undefined ? connect({ host, port }) : connectTls({ host, port, ...tls });
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (chunk: string) => {
      this.#text = (this.#text + chunk).slice(0, keptCharactersMax);
    });
    const noteEnd = (): void => {
      this.#closed = true;
    };
    // A refusal and a reset are ends like any other: the reader sees `closed`.
    this.#socket.on('error', noteEnd);
    this.#socket.on('end', noteEnd);
    this.#socket.on('close', noteEnd);
    this.#leaveScope = scope.add(() => this.#socket.destroy());
  }

  send(text: string): void {
    if (!this.#closed) this.#socket.write(text);
  }

  /** What has come once `enough` is true of it, the server has closed, or `limitMs` has passed. */
  async receive(limitMs: number, enough: (text: string) => boolean): Promise<Received> {
    const deadline = performance.now() + limitMs;
    while (!this.#closed && !enough(this.#text) && performance.now() < deadline) {
      await this.#scope.pause(5);
    }
    return { text: this.#text, closed: this.#closed };
  }

  close(): void {
    this.#leaveScope();
    this.#socket.destroy();
  }
}
