/**
 * `POST` of a call over node:http: checks what HTTP says of it, reads the body, runs it and writes
 * the answer. Everything a client did wrong in its call is a fault in HTTP 200; only what keeps us
 * from reading it as a call at all is an HTTP status (contract, section 3).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendPieces, type AnswerPieces } from './answer-pieces.js';
import { receiveCall, type ReceivedCall } from './call-body.js';
import { unreadBodyFault, type CallRunner, type PeerHeaders } from './call-runner.js';
import { secretHeader } from './cluster-secret.js';
import { encodeFault } from './codec/encode.js';
import type { PageOrigins } from './live/page-origins.js';
import type { Caller, MethodOutcome } from './method.js';
import type { OpenConnections } from './open-connections.js';
import { clusterHeader, peerHeader } from './peer-header.js';
import { endWithLastResponse, plainTextHeaders } from './plain-response.js';
import type { Answered } from './unread-answers.js';
import { isXmlContentType } from './xml-content-type.js';
import type { Fault, XmlCall } from './xml-value.js';

export interface CallEndpointOptions {
  readonly runner: CallRunner;
  readonly connections: OpenConnections;
  readonly origins: PageOrigins;
  /** How long a connection that is to be closed is still read. */
  readonly lingerMs: number;
}

export class CallEndpoint {
  readonly #options: CallEndpointOptions;

  constructor(options: CallEndpointOptions) {
    this.#options = options;
  }

  /** Whether the request proves to come from a server, as far as it is asked to prove it. */
  isOfPeer(request: IncomingMessage): boolean {
    return request.headers[peerHeader] !== undefined && this.callerOf(request).peerId !== undefined;
  }

  /** Who asks, as far as the request proves it. */
  callerOf({ headers, socket }: IncomingMessage): Caller {
    const page = this.#options.origins.kindOf(headers);
    const named: PeerHeaders = {
      peer: headers[peerHeader],
      cluster: headers[clusterHeader],
      secret: headers[secretHeader],
      page,
    };
    return this.#options.runner.callerOf(named, socket);
  }

  /** Takes a POST whose path is that of calls. */
  serve(request: IncomingMessage, response: ServerResponse, answered: Answered): void {
    const { runner } = this.#options;
    const { headers } = request;
    const refusal = refuseType(headers['content-type'], headers['content-encoding']);
    if (refusal !== undefined) {
      this.#refuse(request, response, 415, refusal);
      return;
    }
    const caller = this.callerOf(request);
    const bytesMax = runner.bodyBytesMax(caller);
    const length = headers['content-length'];
    const announcedBytes = length === undefined ? undefined : Number(length);
    if (announcedBytes !== undefined && announcedBytes > bytesMax) {
      this.#refuse(request, response, 413, `a call has at most ${bytesMax} bytes`);
      return;
    }
    if (isWaitingForContinue(request)) response.writeContinue();
    receiveCall(request, runner.receiving(caller, announcedBytes), (received, bytes) => {
      this.#take(received, { request, response, answered, caller, bytes, bytesMax });
    });
  }

  #take(received: ReceivedCall, exchange: Exchange): void {
    switch (received.kind) {
      case 'call':
        this.#run(received.call, exchange);
        break;
      case 'fault':
        this.#send(exchange, { kind: 'fault', fault: received.fault });
        break;
      case 'tooLong':
      case 'tooMuchInAll':
        this.#sendLast(exchange, unreadBodyFault(received.kind, exchange.bytesMax));
        break;
    }
  }

  #run(call: XmlCall, exchange: Exchange): void {
    const { connections, runner } = this.#options;
    const { bytes, caller, request } = exchange;
    let isOver = false;
    let forget: (() => void) | undefined;
    const hangUp = runner.run(call, bytes, caller, (outcome) => {
      isOver = true;
      forget?.();
      this.#send(exchange, outcome);
    });
    // The answer may have come during the call, which the compiler cannot see.
    if (!(isOver as boolean)) forget = connections.addPending(request.socket, hangUp);
  }

  #send({ request, response, answered }: Exchange, outcome: MethodOutcome): void {
    if (outcome.kind === 'closed') {
      request.socket.destroy();
      return;
    }
    if (this.#options.connections.isClosing) response.shouldKeepAlive = false;
    if (outcome.kind === 'pieces') {
      this.#sendPieces({ request, response, answered }, outcome.pieces);
      return;
    }
    const text = this.#options.runner.encode(outcome);
    const bytes = Buffer.byteLength(text);
    response.writeHead(200, {
      'Content-Type': 'text/xml; charset=utf-8',
      'Content-Length': bytes,
    });
    answered(bytes);
    response.end(text);
  }

  #sendPieces(
    { request, response, answered }: Pick<Exchange, 'request' | 'response' | 'answered'>,
    pieces: AnswerPieces,
  ): void {
    const headers = {
      'Content-Type': 'text/xml; charset=utf-8',
      'Content-Length': pieces.size.bytes,
    };
    response.writeHead(200, headers);
    answered(pieces.heldBytes);
    let isOver = false;
    let forget: (() => void) | undefined;
    const onEnd = (isWhole: boolean): void => {
      isOver = true;
      forget?.();
      if (isWhole) response.end();
      else request.socket.destroy();
    };
    const { answerTurns: turns } = this.#options.runner;
    const hangUp = sendPieces(pieces, { to: response, turns, onEnd });
    // A short answer is over by now, which the compiler cannot see.
    if (!(isOver as boolean)) {
      forget = this.#options.connections.addPending(request.socket, hangUp);
    }
  }

  /** A fault after which the connection is closed, because the rest of the body is not read. */
  #sendLast({ request, response }: Exchange, fault: Fault): void {
    const headers = { 'Content-Type': 'text/xml; charset=utf-8' };
    const last = { status: 200, headers, body: encodeFault(fault) };
    endWithLastResponse(request, response, last, this.#options.lingerMs);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
    const last = { status, headers: plainTextHeaders, body: `${text}\n` };
    endWithLastResponse(request, response, last, this.#options.lingerMs);
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly answered: Answered;
  readonly caller: Caller;
  /** Of the body. */
  readonly bytes: number;
  readonly bytesMax: number;
}

/** Why the body cannot be read as XML, or undefined when it can. */
function refuseType(type: string | undefined, encoding: string | undefined): string | undefined {
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return `a call is sent without Content-Encoding, not as ${encoding}`;
  }
  return isXmlContentType(type) ? undefined : 'a call is sent as text/xml';
}

function isWaitingForContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue';
}
