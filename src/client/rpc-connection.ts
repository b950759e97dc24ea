/**
 * XML-RPC calls to one server over keep-alive HTTP connections. It neither retries nor waits for
 * longer than the caller does: every call ends in an answer or in the reason why there is none.
 */
import { Agent, request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';
import type { BytePool } from '../base/byte-pool.js';
import type { ClusterSecret } from '../rpc/cluster-secret.js';
import { CallPieces, callPieces } from '../rpc/codec/call-pieces.js';
import { encodeCall } from '../rpc/codec/encode.js';
import { faultCode } from '../rpc/codec/fault-code.js';
import { ResponseDecoder } from '../rpc/codec/response-decoder.js';
import type { TlsCaller } from '../rpc/tls-identity.js';
import type { Fault, XmlValue } from '../rpc/xml-value.js';
import { describeBroken } from './describe-broken.js';

/** Where a server listens. `host` is a name, an IPv4 address, or IPv6 without brackets. */
export interface ServerEndpoint {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** How a server of the cluster proves to another one that it is one; clients need nothing of it. */
export interface ServerProof {
  readonly secret?: ClusterSecret | undefined;
  /** Left out, plain HTTP is spoken. */
  readonly tls?: TlsCaller | undefined;
}

export interface ConnectionOptions extends ServerProof {
  /** Where the bytes of a block that is answered go, if it is long. */
  readonly pool?: BytePool | undefined;
}

/** Who hears that for so long nothing was sent or received for a call; it goes on. */
export interface SilenceWatch {
  readonly silenceMs: number;
  readonly onSilence: () => void;
}

export type RpcAnswer =
  | { readonly kind: 'value'; readonly value: XmlValue }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** There is an answer, but it is not XML-RPC. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /** No answer. `mayHaveArrived` is false only if the connection never came about. */
  | { readonly kind: 'failed'; readonly reason: string; readonly mayHaveArrived: boolean };

/** Calls to one server at a time; further ones wait for a connection in call order. */
export const connectionsPerServerMax = 256;

/** Some tenths of a millisecond of work each. */
const piecesOfTurnMax = 8;

/** How a server with too many connections answers; it has not looked at the call. */
const serviceUnavailable = 503;

export class RpcConnection {
  readonly #endpoint: ServerEndpoint;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;
  /** Read for each call: connections are shared as long as it stays the same. */
  readonly #tls: TlsCaller | undefined;
  readonly #request: typeof request;
  readonly #pool: BytePool | undefined;
  readonly #inProgress = new Set<ClientRequest>();

  constructor(endpoint: ServerEndpoint, { secret, tls, pool }: ConnectionOptions = {}) {
    this.#endpoint = endpoint;
    this.#pool = pool;
    this.#headers = secret?.headers ?? {};
    const options = { keepAlive: true, maxSockets: connectionsPerServerMax };
    this.#tls = tls;
    this.#request = tls === undefined ? request : requestTls;
    this.#agent = tls === undefined ? new Agent(options) : new TlsAgent(options);
  }

  /** Calls, and gives up once `signal` fires. Throws `UnencodableError` for params XML refuses. */
  call(
    methodName: string,
    params: readonly XmlValue[],
    signal?: AbortSignal,
    watch?: SilenceWatch,
  ): Promise<RpcAnswer> {
    const pieces = callPieces(methodName, params);
    const body = pieces ?? Buffer.from(encodeCall(methodName, params));
    return new Promise((resolve) => {
      const bytes = body instanceof CallPieces ? body.bytes : body.length;
      const outgoing = this.#begin(bytes, signal, watch);
      this.#inProgress.add(outgoing);
      let mayHaveArrived = false;
      const fail = (error: Error): void => {
        const reason = describeBroken(error, this.#tls !== undefined);
        resolve({ kind: 'failed', reason, mayHaveArrived });
      };
      outgoing.on('socket', (socket) => {
        if (!socket.connecting) mayHaveArrived = true;
        else {
          socket.once('connect', () => {
            mayHaveArrived = true;
          });
        }
      });
      outgoing.on('error', fail);
      outgoing.on('response', (incoming) => {
        readAnswer(incoming, this.#pool, resolve, fail);
      });
      outgoing.on('close', () => {
        this.#inProgress.delete(outgoing);
      });
      if (body instanceof CallPieces) sendPieces(outgoing, body);
      else outgoing.end(body);
    });
  }

  /** Closes all connections; calls in progress fail. */
  close(): void {
    for (const outgoing of this.#inProgress) outgoing.destroy(new Error('the client was closed'));
    this.#agent.destroy();
  }

  #begin(
    bodyBytes: number,
    signal: AbortSignal | undefined,
    watch: SilenceWatch | undefined,
  ): ClientRequest {
    const outgoing = this.#request({
      agent: this.#agent,
      host: this.#endpoint.host,
      port: this.#endpoint.port,
      method: 'POST',
      path: '/RPC2',
      headers: {
        ...this.#headers,
        'content-type': 'text/xml; charset=utf-8',
        'content-length': bodyBytes,
      },
      ...(this.#tls && { cert: this.#tls.cert, key: this.#tls.key, ca: this.#tls.ca }),
      ...(signal && { signal }),
      // The connection is watched while it is being opened, too.
      ...(watch && { timeout: watch.silenceMs }),
    });
    if (watch !== undefined) outgoing.on('timeout', watch.onSilence);
    return outgoing;
  }
}

/** Each piece is made when the one before has left; what breaks is told as an error of the call. */
function sendPieces(outgoing: ClientRequest, pieces: CallPieces): void {
  let inTurn = 0;
  const step = (error?: Error | null): void => {
    if (error instanceof Error || outgoing.destroyed) return;
    const piece = pieces.next();
    inTurn += 1;
    if (piece === undefined) outgoing.end();
    // A fast connection takes one piece after the other without letting others have a turn.
    else outgoing.write(piece, inTurn % piecesOfTurnMax === 0 ? stepLater : step);
  };
  const stepLater = (error?: Error | null): void => {
    setImmediate(step, error);
  };
  step();
}

function readAnswer(
  incoming: IncomingMessage,
  pool: BytePool | undefined,
  resolve: (answer: RpcAnswer) => void,
  fail: (error: Error) => void,
): void {
  incoming.on('error', fail);
  const { statusCode = 0 } = incoming;
  if (statusCode === serviceUnavailable) {
    incoming.resume();
    resolve({ kind: 'fault', fault: { code: faultCode.busy, text: 'busy: HTTP status 503' } });
    return;
  }
  if (statusCode !== 200) {
    incoming.resume();
    resolve({ kind: 'malformed', reason: `HTTP status ${statusCode}` });
    return;
  }
  const length = incoming.headers['content-length'];
  const announcedBytes = length === undefined ? undefined : Number(length);
  const decoder = new ResponseDecoder({ announcedBytes, pool });
  incoming.on('data', (chunk: Buffer) => {
    decoder.write(chunk);
  });
  incoming.on('end', () => {
    resolve(decoder.end());
  });
}
