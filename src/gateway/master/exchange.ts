/**
 * One request of a client, carried to workers until its response is whole. The client sees no
 * worker fail: before anything was sent another worker is asked the same; after that another one
 * is asked for the rest, and only the rest of the same bytes is taken (continuation.ts). A
 * response that nobody could carry on is held back until it is whole, as long as it is short.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { askWorker, type Asked, type Failure } from './ask-worker.js';
import {
  contentLength,
  continuationOf,
  type Continuation,
  type ResponseHead,
  type Rest,
} from './continuation.js';
import { endToEndFields } from './header-fields.js';
import type { Member } from './member.js';
import { sendPlain } from './plain-answer.js';
import type { SilenceWatch } from './silence.js';

export interface ExchangeOptions {
  readonly choose: (tried: ReadonlySet<Member>) => Promise<Member | undefined>;
  readonly onFailure: (member: Member, failure: Failure) => void;
  /** Sees the beginning of every response to a client, once. */
  readonly onHead: (head: ResponseHead) => void;
  readonly workerTimeoutMs: number;
  /**
   * For a last worker once all were silent, though they are well: they may wait for a leader.
   * Undefined: nobody is asked again.
   */
  readonly patienceMs: number | undefined;
  /** Of the request to this worker. */
  readonly fieldsFor: (member: Member) => readonly string[];
  readonly path: string;
}

/** A response that cannot be carried on is held back up to this size. */
const heldBytesMax = 64 * 1024;
/** Workers that may be lost in the middle of one response. */
const continuationsMax = 100;

/** Their Content-Length, if any, is of something else. */
const bodilessStatuses: ReadonlySet<number> = new Set([204, 304]);

type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The worker's answer is no continuation of what was sent. */
  | { readonly kind: 'different' };

export class Exchange {
  readonly #response: ServerResponse;
  readonly #options: ExchangeOptions;
  readonly #method: string;
  /** Those that have failed since the response last went on. */
  readonly #tried = new Set<Member>();
  /** Of the response as it was sent to the client; undefined as long as nothing was. */
  #head: ResponseHead | undefined;
  #continuation: Continuation | undefined;
  #sentBytes = 0;
  #continuations = 0;
  #silenceMs: number;
  #isPatient = false;
  #asked: Asked | undefined;
  #giveUp: (() => void) | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions) {
    this.#response = response;
    this.#options = options;
    this.#method = request.method ?? 'GET';
    this.#silenceMs = options.workerTimeoutMs;
    response.once('close', () => {
      this.#asked?.drop();
      this.#giveUp?.();
    });
  }

  /** Resolves once the response has ended, or its client is gone. */
  async run(): Promise<void> {
    let failure: Failure = 'broken';
    while (!this.#response.destroyed) {
      const member = await this.#options.choose(this.#tried);
      if (member === undefined && this.#becomesPatient(failure)) continue;
      if (member === undefined || this.#continuations > continuationsMax) {
        this.#fail(failure);
        return;
      }
      this.#tried.add(member);
      const outcome = await this.#attempt(member);
      if (outcome === undefined) break;
      if (outcome.kind === 'done') return;
      if (outcome.kind === 'failed') {
        failure = outcome.failure;
        this.#options.onFailure(member, failure);
        if (this.#head !== undefined) this.#continuations += 1;
        if (this.#head !== undefined && this.#continuation === undefined) {
          this.#fail(failure);
          return;
        }
      }
    }
  }

  #becomesPatient(failure: Failure): boolean {
    const { patienceMs } = this.#options;
    if (this.#isPatient || failure !== 'silent' || patienceMs === undefined) return false;
    this.#isPatient = true;
    this.#silenceMs = Math.max(patienceMs, this.#silenceMs);
    this.#tried.clear();
    return true;
  }

  /** Undefined when the client is gone. */
  async #attempt(member: Member): Promise<Outcome | undefined> {
    const { path } = this.#options;
    const silenceMs = this.#silenceMs;
    member.begin();
    const outcome = await new Promise<Outcome | undefined>((resolve) => {
      this.#giveUp = () => {
        resolve(undefined);
      };
      this.#asked = askWorker({
        ...{ member, path, silenceMs, method: this.#method, fields: this.#fieldsFor(member) },
        onHead: (incoming, silence) => {
          this.#take(incoming, silence, resolve);
        },
        onFailure: (failure) => {
          resolve({ kind: 'failed', failure });
        },
      });
    });
    if (outcome?.kind !== 'done') this.#asked?.drop();
    this.#asked = undefined;
    member.end(outcome?.kind === 'done');
    return outcome;
  }

  #fieldsFor(member: Member): readonly string[] {
    const fields = this.#options.fieldsFor(member);
    if (this.#head === undefined || this.#continuation === undefined) return fields;
    return this.#continuation.fieldsOf(fields, this.#sentBytes);
  }

  #take(
    incoming: IncomingMessage,
    silence: SilenceWatch,
    resolve: (outcome: Outcome) => void,
  ): void {
    const head: ResponseHead = {
      status: incoming.statusCode ?? 502,
      rawHeaders: incoming.rawHeaders,
    };
    const done = (): void => {
      this.#response.end();
      resolve({ kind: 'done' });
    };
    if (this.#head !== undefined) {
      const rest = this.#continuation?.restIn(head, this.#sentBytes);
      if (rest === undefined) resolve({ kind: 'different' });
      else this.#stream({ incoming, silence, rest, done, resolve });
      return;
    }
    const continuation = continuationOf(this.#method, head);
    const hasBody = this.#method !== 'HEAD' && !bodilessStatuses.has(head.status);
    if (continuation === undefined && hasBody) {
      this.#holdBack({ incoming, silence, head, done, resolve });
      return;
    }
    this.#begin(head, incoming.statusMessage ?? '', continuation);
    const rest = { skip: 0, take: hasBody ? contentLength(head) : 0 };
    this.#stream({ incoming, silence, rest, done, resolve });
  }

  #begin(head: ResponseHead, message: string, continuation: Continuation | undefined): void {
    this.#head = head;
    this.#continuation = continuation;
    this.#options.onHead(head);
    this.#response.writeHead(head.status, message, endToEndFields(head.rawHeaders));
  }

  #stream({ incoming, silence, rest, done, resolve }: Streaming): void {
    const response = this.#response;
    let { skip } = rest;
    let missing = rest.take;
    const onDrain = (): void => {
      silence.release();
      incoming.resume();
    };
    response.on('drain', onDrain);
    incoming.once('close', () => response.off('drain', onDrain));
    incoming.on('data', (chunk: Buffer) => {
      silence.heard();
      const wanted = chunk.subarray(skip, missing === undefined ? undefined : skip + missing);
      skip = Math.max(0, skip - chunk.length);
      if (wanted.length === 0) return;
      if (missing !== undefined) missing -= wanted.length;
      this.#sentBytes += wanted.length;
      this.#tried.clear();
      if (!response.write(wanted)) {
        silence.hold();
        incoming.pause();
      }
      if (missing !== 0 || rest.skip === 0) return;
      // It goes on with what is not wanted: the whole file where a range was asked for.
      done();
      incoming.destroy();
    });
    incoming.on('end', () => {
      if (missing === undefined || missing === 0) done();
      else resolve({ kind: 'failed', failure: 'broken' });
    });
  }

  /** Gathers the body, so that another worker can be asked if this one is lost. */
  #holdBack({ head, ...stream }: HoldingBack): void {
    const { incoming, silence, done } = stream;
    const held: Buffer[] = [];
    let heldBytes = 0;
    const expected = contentLength(head) ?? 0;
    const begin = (): void => {
      this.#begin(head, incoming.statusMessage ?? '', undefined);
    };
    if (expected > heldBytesMax) {
      begin();
      this.#stream({ ...stream, rest: { skip: 0, take: expected } });
      return;
    }
    const gather = (chunk: Buffer): void => {
      silence.heard();
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes <= heldBytesMax) return;
      incoming.off('data', gather);
      incoming.off('end', onEnd);
      begin();
      this.#response.write(Buffer.concat(held));
      this.#stream({ ...stream, rest: { skip: 0, take: undefined } });
    };
    const onEnd = (): void => {
      if (!incoming.complete) return;
      begin();
      if (heldBytes > 0) this.#response.write(Buffer.concat(held));
      done();
    };
    incoming.on('data', gather);
    incoming.on('end', onEnd);
  }

  /** No worker is left. */
  #fail(failure: Failure): void {
    if (this.#head !== undefined) {
      // Never an end that looks like the end of the file.
      this.#response.destroy();
      return;
    }
    if (failure === 'silent') sendPlain(this.#response, 504, 'no worker answers in time');
    else sendPlain(this.#response, 502, 'no worker can be reached');
  }
}

interface Stream {
  readonly incoming: IncomingMessage;
  readonly silence: SilenceWatch;
  readonly done: () => void;
  readonly resolve: (outcome: Outcome) => void;
}

interface Streaming extends Stream {
  readonly rest: Rest;
}

interface HoldingBack extends Stream {
  readonly head: ResponseHead;
}
