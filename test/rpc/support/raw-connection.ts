/**
 * A TCP connection that writes any bytes and remembers all that comes back.
 */
import { connect, type Socket } from 'node:net';
import { host } from './served-replica.js';
import { waitUntil } from './wait-until.js';

export class RawConnection {
  readonly socket: Socket;
  received = '';
  isClosed = false;

  constructor(port: number) {
    this.socket = connect({ host, port, noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text) => {
      this.received += String(text);
    });
    // A reset is one of the ways in which a connection ends; the tests look at what was received.
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.isClosed = true;
    });
  }

  write(bytes: string | Uint8Array): this {
    this.socket.write(bytes);
    return this;
  }

  /** Waits for text that matches. */
  async until(pattern: RegExp): Promise<string> {
    await waitUntil(() => pattern.test(this.received));
    return this.received;
  }

  /** Everything that was received until the other side closed the connection. */
  async untilClosed(): Promise<string> {
    await waitUntil(() => this.isClosed);
    return this.received;
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** The bytes of a POST of `body`. */
export function post(body: string, headers = 'Content-Type: text/xml\r\n', path = '/RPC2'): string {
  const length = Buffer.byteLength(body);
  return `POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${length}\r\n\r\n${body}`;
}
