/**
 * A socket without a network: what it is given can be looked at, and stays in it until it is sent.
 */
import { Socket } from 'node:net';

/** A socket that keeps what it is given, and sends it when it is told to. */
export class SlowSocket {
  readonly written: string[] = [];
  send: () => void = () => undefined;
  isSlow = false;
  timeoutMs = 0;
  readonly socket = new Socket();

  constructor() {
    this.socket._write = (chunk: string | Buffer, _encoding, done) => {
      // Nothing is as soon sent by a slow socket as by any other.
      if (chunk.length > 0) this.written.push(String(chunk));
      if (this.isSlow && chunk.length > 0) this.send = done;
      else done();
    };
    this.socket.setTimeout = (timeoutMs) => {
      this.timeoutMs = timeoutMs;
      return this.socket;
    };
  }
}
