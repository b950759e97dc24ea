/**
 * `POST` of a call: checks what HTTP says of it, reads and decodes the body, runs it and writes the
 * answer. Everything a client did wrong in its call is a fault in HTTP 200; only what keeps us from
 * reading it as a call at all is an HTTP status (contract, section 3).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asServerId, type ServerId } from '../base/ids.js';
import { answerTurnMs, sendPieces, type AnswerPieces } from './answer-pieces.js';
import { ByteBudget } from './byte-budget.js';
import { receiveCall, type ReceivedCall } from './call-body.js';
import { secretHeader, type ClusterSecret } from './cluster-secret.js';
import { encodeFault, encodeResponse } from './codec/encode.js';
import { faultCode } from './codec/fault-code.js';
import type { Dispatcher } from './dispatcher.js';
import type { HttpLimits } from './http-limits.js';
import { findCertificateMistake } from './http-server.js';
import type { Caller, MethodOutcome } from './method.js';
import type { OpenConnections } from './open-connections.js';
import { peerHeader } from './peer-header.js';
import { endWithLastResponse, plainTextHeaders } from './plain-response.js';
import { busyFault } from './refusal-fault.js';
import { Turns } from './turns.js';
import type { Answered } from './unread-answers.js';
import type { Fault, XmlCall } from './xml-value.js';

const xmlContentType = /^(?:text|application)\/(?:[\w.+-]+\+)?xml$/i;

export interface CallEndpointOptions {
  readonly dispatcher: Dispatcher;
  readonly connections: OpenConnections;
  readonly limits: HttpLimits;
  readonly serverCount: number;
  /** What a server's calls must carry; undefined asks for nothing. */
  readonly secret: ClusterSecret | undefined;
  /** A part of a long call of this peer has arrived. */
  readonly onPeerPiece: (peer: ServerId) => void;
  readonly onBug: (error: unknown, where: string) => void;
}

/** A call of at most so many bytes is run however many long ones are pending. */
const shortCallBytesMax = 4 * 1024;

/** What servers have apart from clients: no crowd of clients may hold up the log. */
class Lane {
  readonly turns = new Turns();
  /** Bodies that have arrived in part. */
  readonly partial: ByteBudget;
  /** Bodies of the long calls that wait for their answer. */
  readonly pending: ByteBudget;

  constructor({ partialBodiesBytesMax, pendingBodiesBytesMax }: HttpLimits) {
    this.partial = new ByteBudget(partialBodiesBytesMax);
    this.pending = new ByteBudget(pendingBodiesBytesMax);
  }
}

export class CallEndpoint {
  readonly #options: CallEndpointOptions;
  readonly #clients: Lane;
  readonly #peers: Lane;
  readonly #answerTurns = new Turns({ turnWorkMs: answerTurnMs });

  constructor(options: CallEndpointOptions) {
    this.#options = options;
    this.#clients = new Lane(options.limits);
    this.#peers = new Lane(options.limits);
  }

  /** Bytes of bodies that have arrived in part, over all connections. */
  get partialBytes(): number {
    return this.#clients.partial.bytes + this.#peers.partial.bytes;
  }

  /** Bytes of the long calls that wait for their answer, over all connections. */
  get pendingBytes(): number {
    return this.#clients.pending.bytes + this.#peers.pending.bytes;
  }

  /** Whether the request proves to come from a server, as far as it is asked to prove it. */
  isOfPeer(request: IncomingMessage): boolean {
    return (
      request.headers[peerHeader] !== undefined && this.#callerOf(request).peerId !== undefined
    );
  }

  /** Takes a POST whose path is that of calls. */
  serve(request: IncomingMessage, response: ServerResponse, answered: Answered): void {
    const { limits } = this.#options;
    const { headers } = request;
    const refusal = refuseType(headers['content-type'], headers['content-encoding']);
    if (refusal !== undefined) {
      this.#refuse(request, response, 415, refusal);
      return;
    }
    const caller = this.#callerOf(request);
    const bytesMax =
      caller.peerId === undefined ? limits.callBodyBytesMax : limits.peerBodyBytesMax;
    const length = headers['content-length'];
    const announcedBytes = length === undefined ? undefined : Number(length);
    if (announcedBytes !== undefined && announcedBytes > bytesMax) {
      this.#refuse(request, response, 413, `a call has at most ${bytesMax} bytes`);
      return;
    }
    if (isWaitingForContinue(request)) response.writeContinue();
    const { peerId } = caller;
    const lane = peerId === undefined ? this.#clients : this.#peers;
    const options = {
      bytesMax,
      announcedBytes,
      budget: lane.partial,
      turns: lane.turns,
      onPiece: () => {
        if (peerId !== undefined) this.#options.onPeerPiece(peerId);
      },
    };
    receiveCall(request, options, (received, bytes) => {
      this.#take(received, { request, response, answered, caller, lane, bytes, bytesMax });
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
        this.#sendLast(exchange, {
          code: faultCode.invalidCall,
          text: `a call has at most ${exchange.bytesMax} bytes`,
        });
        break;
      case 'tooMuchInAll':
        this.#sendLast(exchange, busyFault('too many long calls are arriving'));
        break;
    }
  }

  #run(call: XmlCall, exchange: Exchange): void {
    const { connections, dispatcher } = this.#options;
    const { pending } = exchange.lane;
    const heldBytes = exchange.bytes > shortCallBytesMax ? exchange.bytes : 0;
    if (!pending.take(heldBytes)) {
      this.#send(exchange, { kind: 'fault', fault: busyFault('too many long calls are pending') });
      return;
    }
    let isOver = false;
    let forget: (() => void) | undefined;
    const end = (): void => {
      isOver = true;
      pending.giveBack(heldBytes);
    };
    const hangUp = dispatcher.dispatch(call, exchange.caller, (outcome) => {
      end();
      forget?.();
      this.#send(exchange, outcome);
    });
    const giveUp = (): void => {
      end();
      hangUp();
    };
    // The answer may have come during the call, which the compiler cannot see.
    if (!(isOver as boolean)) forget = connections.addPending(exchange.request.socket, giveUp);
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
    const text = this.#encode(outcome);
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
    const hangUp = sendPieces(pieces, { to: response, turns: this.#answerTurns, onEnd });
    // A short answer is over by now, which the compiler cannot see.
    if (!(isOver as boolean)) {
      forget = this.#options.connections.addPending(request.socket, hangUp);
    }
  }

  #encode(outcome: Extract<MethodOutcome, { readonly kind: 'value' | 'fault' }>): string {
    if (outcome.kind === 'fault') return encodeFault(outcome.fault);
    try {
      return encodeResponse(outcome.value);
    } catch (error) {
      this.#options.onBug(error, 'encoding an answer');
      return encodeFault({
        code: faultCode.internalError,
        text: 'internal error; the log of the server tells',
      });
    }
  }

  /** A fault after which the connection is closed, because the rest of the body is not read. */
  #sendLast({ request, response }: Exchange, fault: Fault): void {
    const headers = { 'Content-Type': 'text/xml; charset=utf-8' };
    const last = { status: 200, headers, body: encodeFault(fault) };
    endWithLastResponse(request, response, last, this.#options.limits.lingerMs);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
    const last = { status, headers: plainTextHeaders, body: `${text}\n` };
    endWithLastResponse(request, response, last, this.#options.limits.lingerMs);
  }

  /** Whoever does not prove to be a server is a client, whatever its header says. */
  #callerOf({ headers, socket }: IncomingMessage): Caller {
    const peerMistake =
      findCertificateMistake(socket) ?? this.#options.secret?.findMistake(headers[secretHeader]);
    const peerId = peerMistake === undefined ? this.#peerId(headers[peerHeader]) : undefined;
    return { peerId, peerMistake };
  }

  /** The server that the header names; anything but a configured id counts as a client. */
  #peerId(header: string | readonly string[] | undefined): ServerId | undefined {
    if (typeof header !== 'string' || !/^\d{1,2}$/.test(header)) return undefined;
    const id = Number(header);
    return id < this.#options.serverCount ? asServerId(id) : undefined;
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly answered: Answered;
  readonly caller: Caller;
  readonly lane: Lane;
  /** Of the body. */
  readonly bytes: number;
  readonly bytesMax: number;
}

/** Why the body cannot be read as XML, or undefined when it can. No type at all is accepted. */
function refuseType(type: string | undefined, encoding: string | undefined): string | undefined {
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return `a call is sent without Content-Encoding, not as ${encoding}`;
  }
  const bare = type?.split(';', 1)[0]?.trim() ?? '';
  if (bare === '' || xmlContentType.test(bare)) return undefined;
  return 'a call is sent as text/xml';
}

function isWaitingForContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue';
}
