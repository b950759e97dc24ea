/**
 * A server that answers as a test tells it to, on a real socket.
 */
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeCall } from '../../src/rpc/codec/call-decoder.js';
import { encodeFault, encodeResponse } from '../../src/rpc/codec/encode.js';
import type { ServerEndpoint } from '../../src/client/rpc-connection.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';

/** How one call ends. `hang` leaves it open until `release` or the end of the test. */
export type Reply =
  | { readonly kind: 'value'; readonly value: XmlValue }
  | { readonly kind: 'fault'; readonly code: number; readonly text: string }
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'http'; readonly status: number; readonly body: string };

export interface ReceivedCall {
  readonly method: string;
  readonly params: readonly XmlValue[];
}

export const value = (of: XmlValue): Reply => ({ kind: 'value', value: of });
export const fault = (code: number, text: string): Reply => ({ kind: 'fault', code, text });
export const hang: Reply = { kind: 'hang' };
export const cut: Reply = { kind: 'cut' };

export class ScriptedServer {
  /** All calls except `isleader` and `listmembers`, in the order of their arrival. */
  readonly received: ReceivedCall[] = [];
  /** Calls of `isleader`. */
  probes = 0;
  /** The answer to `isleader`; undefined: none. */
  isLeader: boolean | undefined = false;
  /** Called for everything except `isleader`. */
  onCall: (call: ReceivedCall) => Reply = () => fault(1, 'not the leader');
  readonly endpoint: ServerEndpoint;
  readonly #http: Server;
  #hanging: ServerResponse[] = [];

  constructor(http: Server, endpoint: ServerEndpoint) {
    this.#http = http;
    this.endpoint = endpoint;
  }

  static async start(id: number): Promise<ScriptedServer> {
    const http = createServer();
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve);
    });
    const { port } = http.address() as AddressInfo;
    const server = new ScriptedServer(http, { id, host: '127.0.0.1', port });
    http.on('request', (incoming, outgoing) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('end', () => {
        server.#answer(Buffer.concat(pieces), outgoing);
      });
    });
    return server;
  }

  /** Gives this answer to all calls that hang. */
  release(reply: Reply): void {
    const hanging = this.#hanging;
    this.#hanging = [];
    for (const outgoing of hanging) this.#send(reply, outgoing);
  }

  get address(): string {
    return `${this.endpoint.host}:${this.endpoint.port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  #answer(body: Buffer, outgoing: ServerResponse): void {
    const decoded = decodeCall(body);
    if (decoded.kind === 'fault') {
      this.#send(fault(decoded.fault.code, decoded.fault.text), outgoing);
      return;
    }
    const { methodName: method, params } = decoded.call;
    if (method === 'isleader') {
      this.probes += 1;
      this.#send(this.isLeader === undefined ? hang : value(this.isLeader), outgoing);
      return;
    }
    // As a server of an earlier version would.
    if (method === 'listmembers') {
      this.#send(fault(-32601, 'unknown method'), outgoing);
      return;
    }
    this.received.push({ method, params });
    this.#send(this.onCall({ method, params }), outgoing);
  }

  #send(reply: Reply, outgoing: ServerResponse): void {
    switch (reply.kind) {
      case 'value':
        outgoing.end(encodeResponse(reply.value));
        return;
      case 'fault':
        outgoing.end(encodeFault(reply));
        return;
      case 'hang':
        this.#hanging.push(outgoing);
        return;
      case 'cut':
        outgoing.destroy();
        return;
      case 'http':
        outgoing.writeHead(reply.status).end(reply.body);
    }
  }
}
