/**
 * The doors between a replica and its peers: what may go out and come in under the crash switch
 * and the artificial partition, held back until its write is on disk.
 */
import type { ServerId } from '../base/ids.js';
import type { RaftEffect, WriteId } from '../raft/effects.js';
import type { PeerRequest, PeerResponse } from '../raft/messages.js';
import type { Cut } from './cut.js';
import { DurableGate } from './durable-gate.js';
import type { ReplicaObserver } from './observer.js';
import { PeerCalls } from './peer-calls.js';
import { PeerContacts } from './peer-contacts.js';
import type { PeerListener, PeerMessage, PeerReply, PeerTransport } from './peer-transport.js';
import type { CutDirection, PeerOutcome } from './replica-api.js';
import type { StateReport } from './state-report.js';
import type { Timer } from './timer.js';

const cutReason = 'cut off by makeserverunreachablefrom';

const reportReceived: PeerOutcome = { kind: 'response', response: { type: 'stateReport' } };

type ReplyEffect = Extract<RaftEffect, { readonly type: 'reply' }>;

/** Different reasons that are told of one silence. */
const reasonsToldMax = 3;

export interface PeerDoorsOptions {
  readonly transport: PeerTransport;
  readonly timer: Timer;
  readonly observer: ReplicaObserver;
  /** The artificial partition; it may outlive these doors. */
  readonly cut: Cut;
  readonly onReport: (from: ServerId, report: StateReport) => void;
  readonly onRequest: (from: ServerId, callId: number, request: PeerRequest) => void;
  readonly onResponse: (from: ServerId, response: PeerResponse) => void;
  readonly onUnreachable: (peer: ServerId) => void;
}

/** `closed` doors give peers no answer at all, `crashed` ones answer that they are crashed. */
export type DoorState = 'open' | 'crashed' | 'closed';

export class PeerDoors implements PeerListener {
  readonly #options: PeerDoorsOptions;
  readonly #gate = new DurableGate();
  readonly #cut: Cut;
  readonly #calls = new PeerCalls();
  /** Answers that nobody awaits, until the next one leaves or a tick is over. */
  #keptBack: ReplyEffect[] = [];
  /** Who was heard when, for people. */
  readonly contacts = new PeerContacts();
  /** Silent peers, and the reasons that were told of each. */
  readonly #lost = new Map<ServerId, Set<string>>();
  #state: DoorState = 'open';

  constructor(options: PeerDoorsOptions) {
    this.#options = options;
    this.#cut = options.cut;
  }

  connect(): void {
    this.#options.transport.connect(this);
  }

  setCut(servers: readonly ServerId[], direction: CutDirection): void {
    const isHealed = servers.length === 0 && this.#cut.servers.length === 0;
    this.#cut.set(servers, direction);
    if (!isHealed) this.#options.observer({ type: 'cut', servers, direction });
  }

  /** Shutting drops what waits to be sent and ends the peers' open calls accordingly. */
  setState(state: DoorState): void {
    this.#state = state;
    if (state === 'open') {
      this.contacts.clear();
      return;
    }
    this.#gate.clear();
    this.#keptBack = [];
    this.#calls.endAll({ kind: state });
  }

  /** Write `writeId` is on disk: what waited for it may leave. */
  durable(writeId: WriteId): void {
    this.#gate.durable(writeId);
  }

  send(to: ServerId, request: PeerMessage, after: WriteId): void {
    this.#gate.pass(after, () => {
      if (this.#state !== 'open') return;
      if (!this.#cut.blocksSending(to)) {
        this.#options.transport.send(to, request);
        return;
      }
      this.#options.timer.soon(() => {
        this.onUnreachable(to, cutReason);
      });
    });
  }

  /** One unit of time went by. */
  tick(): void {
    this.contacts.tick();
    this.#giveKeptBack();
  }

  /**
   * What nobody awaits leaves with the next answer, in one write that wakes the peer once: with a
   * single client a third of what servers wake each other for would be that a commit was heard of.
   */
  reply(effect: ReplyEffect): void {
    this.#gate.pass(effect.after, () => {
      if (!effect.isAwaited) {
        this.#keptBack.push(effect);
        return;
      }
      this.#giveKeptBack();
      this.#answer(effect);
    });
  }

  handle(from: ServerId, request: PeerMessage, answer: (outcome: PeerOutcome) => void): void {
    if (this.#state !== 'open') {
      answer({ kind: this.#state });
      return;
    }
    if (this.#calls.isFull || this.#cut.blocksReceiving(from)) {
      answer({ kind: 'closed' });
      return;
    }
    this.contacts.heard(from);
    if (request.type === 'stateReport') {
      this.#options.onReport(from, request);
      answer(this.#cut.blocksSending(from) ? { kind: 'closed' } : reportReceived);
      return;
    }
    const callId = this.#calls.open({ from, answer });
    this.#options.onRequest(from, callId, request);
  }

  #giveKeptBack(): void {
    if (this.#keptBack.length === 0) return;
    const keptBack = this.#keptBack;
    this.#keptBack = [];
    for (const effect of keptBack) this.#answer(effect);
  }

  #answer({ callId, response }: ReplyEffect): void {
    const call = this.#calls.take(callId);
    if (call === undefined) return;
    if (this.#cut.blocksSending(call.from)) call.answer({ kind: 'closed' });
    else call.answer({ kind: 'response', response });
  }

  /** Whether what comes from this peer may be heard now. */
  hears(from: ServerId): boolean {
    return this.#state === 'open' && !this.#cut.blocksReceiving(from);
  }

  onResponse(from: ServerId, response: PeerReply): void {
    if (this.#state !== 'open') return;
    if (this.#cut.blocksReceiving(from)) {
      this.onUnreachable(from, cutReason);
      return;
    }
    this.contacts.answered(from);
    if (this.#lost.delete(from)) this.#options.observer({ type: 'peerBack', peer: from });
    if (response.type !== 'stateReport') this.#options.onResponse(from, response);
  }

  onUnreachable(peer: ServerId, reason: string): void {
    if (this.#state !== 'open') return;
    this.contacts.failed(peer, reason);
    this.#tellLost(peer, reason);
    this.#options.onUnreachable(peer);
  }

  /** A peer that first could not be reached, and then refuses, is told as both, once each. */
  #tellLost(peer: ServerId, reason: string): void {
    const told = this.#lost.get(peer) ?? new Set();
    this.#lost.set(peer, told);
    if (told.has(reason) || told.size >= reasonsToldMax) return;
    told.add(reason);
    this.#options.observer({ type: 'peerLost', peer, reason });
  }
}
