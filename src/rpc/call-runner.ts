/**
 * What a call is to both ways in which it can come, over node:http and over our own reading of
 * plain requests: who calls, how much may arrive and be pending, what it answers.
 */
import type { Socket } from 'node:net';
import { unreachable } from '../base/assert.js';
import { asServerId, type ServerId } from '../base/ids.js';
import { nestedValuesMax } from '../base/limits.js';
import { answerTurnMs } from './answer-pieces.js';
import { memberIdsMax } from '../raft/configuration.js';
import type { HangUp } from '../replica/outcome.js';
import { ByteBudget } from './byte-budget.js';
import type { ReceivedCall, ReceiveOptions } from './call-body.js';
import type { ClusterSecret } from './cluster-secret.js';
import { decodeCall, type DecodedCall } from './codec/call-decoder.js';
import { encodeFault, encodeResponse } from './codec/encode.js';
import { faultCode } from './codec/fault-code.js';
import { readPlainUpdate } from './codec/plain-update.js';
import type { Dispatcher } from './dispatcher.js';
import type { HttpLimits } from './http-limits.js';
import type { PageKind } from './live/page-origins.js';
import { findCertificateMistake, isOverTls } from './http-server.js';
import { nothingToHangUp, type Caller, type MethodOutcome } from './method.js';
import type { Neighbours } from './neighbours.js';
import { findClusterMistake } from './peer-header.js';
import { readUsualAppendEntries, usualAppendEntriesMethod } from './peer-codec.js';
import { busyFault } from './refusal-fault.js';
import { Turns } from './turns.js';
import type { Fault, XmlCall } from './xml-value.js';

export interface CallRunnerOptions {
  readonly dispatcher: Dispatcher;
  readonly limits: HttpLimits;
  /** A stand-alone store has none. */
  readonly hasPeers: boolean;
  /** A call in which a server names another cluster is refused; undefined takes any. */
  readonly clusterId: string | undefined;
  /** What a server's calls must carry; undefined asks for nothing. */
  readonly secret: ClusterSecret | undefined;
  /** Where servers call from when nothing else proves what they are; undefined: from anywhere. */
  readonly neighbours: Neighbours | undefined;
  /** A part of a long call of this peer has arrived. */
  readonly onPeerPiece: (peer: ServerId) => void;
  readonly onBug: (error: unknown, where: string) => void;
}

/** The headers in which a server names itself and its cluster, and proves to be of it. */
export interface PeerHeaders {
  readonly peer: string | readonly string[] | undefined;
  readonly cluster: string | readonly string[] | undefined;
  readonly secret: string | readonly string[] | undefined;
  /** For which page a browser sends it; left out, no browser does. */
  readonly page?: PageKind;
}

/** Receives what is to be answered, once; never after the hang-up. */
type OutcomeListener = (outcome: MethodOutcome) => void;

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

export class CallRunner {
  /** What all long answers that are being sent share. */
  readonly answerTurns = new Turns({ turnWorkMs: answerTurnMs });
  readonly #options: CallRunnerOptions;
  readonly #clients: Lane;
  readonly #peers: Lane;

  constructor(options: CallRunnerOptions) {
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

  /** Whoever does not prove to be a server is a client, whatever its header says. */
  callerOf({ peer, cluster, secret, page = 'none' }: PeerHeaders, socket: Socket): Caller {
    const { clusterId, secret: wanted, neighbours } = this.#options;
    const peerMistake =
      findCertificateMistake(socket) ??
      wanted?.findMistake(secret) ??
      findClusterMistake(cluster, clusterId);
    const isProven = peerMistake === undefined && (wanted !== undefined || isOverTls(socket));
    const address = socket.remoteAddress ?? '';
    const isNear = isProven || (neighbours?.has(address) ?? true);
    const peerId = peerMistake === undefined && isNear ? this.#peerId(peer) : undefined;
    return { peerId, peerMistake, isProven, address, page };
  }

  /** The longest body that this caller may send. */
  bodyBytesMax({ peerId }: Caller): number {
    const { callBodyBytesMax, peerBodyBytesMax } = this.#options.limits;
    return peerId === undefined ? callBodyBytesMax : peerBodyBytesMax;
  }

  /** How the body of this caller's call is to be received. */
  receiving(caller: Caller, announcedBytes: number | undefined): ReceiveOptions {
    const { peerId } = caller;
    const lane = this.#laneOf(caller);
    return {
      bytesMax: this.bodyBytesMax(caller),
      announcedBytes,
      budget: lane.partial,
      turns: lane.turns,
      decode: (body) => this.decode(body, caller),
      onPiece: () => {
        if (peerId !== undefined) this.#options.onPeerPiece(peerId);
      },
    };
  }

  /** Decodes a body that is there as a whole; what is sent all the time takes no parser to read. */
  decode(body: Uint8Array, caller: Caller): DecodedCall {
    const call = caller.peerId === undefined ? readPlainUpdate(body) : readPeerCall(body);
    if (call !== undefined) return { kind: 'call', call };
    return decodeCall(body, { bytesMax: this.bodyBytesMax(caller), nestedValuesMax });
  }

  /** Runs a call whose body had so many bytes. What is long counts until the call has ended. */
  run(call: XmlCall, bytes: number, caller: Caller, reply: OutcomeListener): HangUp {
    const { dispatcher } = this.#options;
    if (bytes <= shortCallBytesMax) return dispatcher.dispatch(call, caller, reply);
    const { pending } = this.#laneOf(caller);
    if (!pending.take(bytes)) {
      reply({ kind: 'fault', fault: busyFault('too many long calls are pending') });
      return nothingToHangUp;
    }
    let isOver = false;
    const hangUp = dispatcher.dispatch(call, caller, (outcome) => {
      isOver = true;
      pending.giveBack(bytes);
      reply(outcome);
    });
    return () => {
      if (isOver) return;
      isOver = true;
      pending.giveBack(bytes);
      hangUp();
    };
  }

  /** The answer as text; what cannot be written as XML is a bug, and told as one. */
  encode(outcome: Extract<MethodOutcome, { readonly kind: 'value' | 'fault' }>): string {
    if (outcome.kind === 'fault') return encodeFault(outcome.fault);
    if (outcome.text !== undefined) return outcome.text;
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

  #laneOf({ peerId }: Caller): Lane {
    return peerId === undefined ? this.#clients : this.#peers;
  }

  /** The server that the header names, which this one may not have heard of yet. */
  #peerId(header: string | readonly string[] | undefined): ServerId | undefined {
    if (typeof header !== 'string' || !/^\d{1,2}$/.test(header)) return undefined;
    const id = Number(header);
    return this.#options.hasPeers && id < memberIdsMax ? asServerId(id) : undefined;
  }
}

function readPeerCall(body: Uint8Array): XmlCall | undefined {
  const message = readUsualAppendEntries(body);
  if (message === undefined) return undefined;
  return { methodName: usualAppendEntriesMethod, params: [], read: { kind: 'message', message } };
}

/** The fault of a body of which the rest is not read. */
export function unreadBodyFault(
  kind: Exclude<ReceivedCall['kind'], 'call' | 'fault'>,
  bytesMax: number,
): Fault {
  switch (kind) {
    case 'tooLong':
      return { code: faultCode.invalidCall, text: `a call has at most ${bytesMax} bytes` };
    case 'tooMuchInAll':
      return busyFault('too many long calls are arriving');
    default:
      return unreachable(kind);
  }
}
