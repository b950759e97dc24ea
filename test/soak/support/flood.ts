/**
 * Far more load than a server can serve: many connections, each with many calls under way at the
 * same time (HTTP/1.1 pipelining), and a new call for every answer. Every answer must be right.
 */
import { connect, type Socket } from 'node:net';
import { postRequest } from '../../../bench/http-connection.js';
import { encodeCall } from '../../../src/rpc/codec/encode.js';
import { faultCode } from '../../../src/rpc/codec/fault-code.js';
import { decodeResponse } from '../../../src/rpc/codec/response-decoder.js';
import { HttpResponseParser } from '../../../src/rpc/http-response-parser.js';
import type { Fault } from '../../../src/rpc/xml-value.js';
import { host } from '../../e2e/support/test-cluster.js';

const responseLimits = { headerBytesMax: 16 * 1024, bodyBytesMax: 64 * 1024 };

export class Flood {
  /** Updates that took effect. */
  updated = 0;
  /** Reads that were answered. */
  read = 0;
  busy = 0;
  /** Told that another server leads. */
  refused = 0;
  /** Calls without an answer. */
  pending = 0;
  /** The first answer that no server should give, or a connection that broke. */
  mistake: string | undefined;
  readonly #sockets: readonly Socket[];
  #serial = 0;
  #isEnding = false;

  /** Opens `connections`, each with `callsEach` calls under way until the end. */
  constructor(port: number, connections: number, callsEach: number) {
    this.#sockets = Array.from({ length: connections }, () => this.#open(port, callsEach));
  }

  get answers(): number {
    return this.updated + this.read + this.busy + this.refused;
  }

  /** From now on answers are awaited, and no more is asked. */
  ebb(): void {
    this.#isEnding = true;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #open(port: number, calls: number): Socket {
    const socket = connect({ port, host, noDelay: true });
    const parser = new HttpResponseParser(responseLimits);
    socket.on('connect', () => socket.write(this.#requests(calls)));
    socket.on('data', (chunk) => {
      const answers = parser.write(chunk);
      for (const { body } of answers) this.#take(body);
      if (!this.#isEnding && answers.length > 0) socket.write(this.#requests(answers.length));
    });
    socket.on('error', (error) => (this.mistake ??= `the connection broke: ${error.message}`));
    socket.on('close', () => {
      if (this.pending > 0) this.mistake ??= 'a connection was closed';
    });
    return socket;
  }

  #requests(count: number): Buffer {
    this.pending += count;
    return Buffer.concat(Array.from({ length: count }, () => this.#request()));
  }

  /** Three updates of new files, then a read. */
  #request(): Buffer {
    this.#serial += 1;
    const name = `flood ${this.#serial}`;
    const isRead = this.#serial % 4 === 0;
    const call = isRead
      ? encodeCall('getfileinfo', [name])
      : encodeCall('updatefile', [name, 1, [name]]);
    return postRequest('/RPC2', 'text/xml', call);
  }

  #take(body: Uint8Array): void {
    this.pending -= 1;
    const answer = decodeResponse(body);
    if (answer.kind === 'value' && answer.value === true) this.updated += 1;
    else if (answer.kind === 'value' && Array.isArray(answer.value)) this.read += 1;
    else if (answer.kind === 'fault') this.#takeFault(answer.fault);
    else this.mistake ??= JSON.stringify(answer);
  }

  #takeFault(fault: Fault): void {
    if (fault.code === faultCode.busy) this.busy += 1;
    else if (fault.code === faultCode.notLeader) this.refused += 1;
    else this.mistake ??= JSON.stringify(fault);
  }
}
