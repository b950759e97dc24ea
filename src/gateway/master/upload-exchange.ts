/**
 * One upload of a client, carried to a worker, and to another one if that fails. A worker invites
 * the body once it has looked at the head, so a worker that fails before costs nothing. Afterwards
 * another one is given the same, as long as the body is kept (passed-body.ts): the request has an
 * id, under which the cluster lets it take effect once, whichever workers carry it out. What cannot
 * be repeated is answered with what is known of its fate.
 */
import { randomUUID } from 'node:crypto';
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { repeatHeader, uploadIdHeader } from '../uploads/upload-headers.js';
import type { Failure } from './ask-worker.js';
import { endToEndFields } from './header-fields.js';
import type { Member } from './member.js';
import { PassedBody } from './passed-body.js';
import { isAnnounced, sendPlain } from './plain-answer.js';
import { SilenceWatch } from './silence.js';

export interface UploadExchangeOptions {
  readonly choose: (tried: ReadonlySet<Member>) => Promise<Member | undefined>;
  readonly onFailure: (member: Member, failure: Failure) => void;
  /** Called before the client hears that something has changed. */
  readonly onChange: () => void;
  readonly fieldsFor: (member: Member) => readonly string[];
  readonly path: string;
  /** Of a worker that was not given a body yet. */
  readonly workerTimeoutMs: number;
  /** The same, for a last worker once all were silent: they may wait for a leader. */
  readonly patienceMs: number;
}

/** A worker that has all of it gives up before this, and says so. */
const answerMsMax = 40_000;
/** Of an answer, which is a line. */
const answerBytesMax = 64 * 1024;

type Outcome =
  | { readonly kind: 'answered'; readonly answer: WorkerAnswer }
  | { readonly kind: 'failed'; readonly failure: Failure };

interface WorkerAnswer {
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
}

export class UploadExchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: UploadExchangeOptions;
  readonly #id = randomUUID();
  readonly #tried = new Set<Member>();
  readonly #body: PassedBody | undefined;
  #silenceMs: number;
  #isPatient = false;
  /** A worker has, or had, all that it needs to carry it out. */
  #mayHaveEffect = false;
  #isInvited = false;
  #giveUp: () => void = () => undefined;

  constructor(request: IncomingMessage, response: ServerResponse, options: UploadExchangeOptions) {
    this.#request = request;
    this.#response = response;
    this.#options = options;
    this.#silenceMs = options.workerTimeoutMs;
    this.#body = hasBody(request) ? new PassedBody(request) : undefined;
    response.once('close', () => {
      this.#giveUp();
    });
  }

  /** Resolves once the client has its answer, or is gone. */
  async run(): Promise<void> {
    const outcome = await this.#tryAll();
    this.#body?.release();
    if (this.#response.destroyed || outcome === undefined) return;
    // A body that was announced, and that nobody has invited, does not come.
    if (isAnnounced(this.#request) && !this.#isInvited) this.#response.shouldKeepAlive = false;
    if (outcome.kind === 'failed') this.#fail(outcome.failure);
    else this.#pass(outcome.answer);
  }

  /** Undefined when the client is gone. */
  async #tryAll(): Promise<Outcome | undefined> {
    let failure: Failure = 'broken';
    while (!this.#isGone()) {
      const member = await this.#options.choose(this.#tried);
      if (member === undefined && this.#becomesPatient(failure)) continue;
      const isLost = this.#body?.isKept === false;
      if (member === undefined || isLost) return { kind: 'failed', failure };
      if (this.#isGone()) break;
      this.#tried.add(member);
      const outcome = await this.#attempt(member);
      // When the client is gone the worker has not failed.
      if (outcome?.kind !== 'failed' || this.#isGone()) return outcome;
      failure = outcome.failure;
      this.#options.onFailure(member, failure);
    }
    return undefined;
  }

  /** Whether nobody waits for an answer any more. */
  #isGone(): boolean {
    return this.#response.destroyed;
  }

  #becomesPatient(failure: Failure): boolean {
    if (this.#isPatient || failure !== 'silent') return false;
    this.#isPatient = true;
    this.#silenceMs = Math.max(this.#options.patienceMs, this.#silenceMs);
    this.#tried.clear();
    return true;
  }

  async #attempt(member: Member): Promise<Outcome | undefined> {
    member.begin();
    const attempt = new Attempt(member, {
      ...{ path: this.#options.path, method: this.#request.method ?? 'PUT' },
      fields: this.#fieldsFor(member),
      body: this.#body,
      length: lengthOf(this.#request),
      inviteMs: this.#silenceMs,
      onInvited: () => {
        this.#invite();
      },
      onWhole: () => {
        this.#mayHaveEffect = true;
      },
    });
    const gone = new Promise<undefined>((resolve) => {
      this.#giveUp = () => {
        attempt.drop();
        resolve(undefined);
      };
    });
    const outcome = await Promise.race([attempt.outcome, gone]);
    attempt.drop();
    member.end(outcome?.kind === 'answered');
    return outcome;
  }

  #fieldsFor(member: Member): readonly string[] {
    const { 'content-length': length, 'transfer-encoding': transfer } = this.#request.headers;
    const fields = [...this.#options.fieldsFor(member), uploadIdHeader, this.#id];
    if (this.#mayHaveEffect) fields.push(repeatHeader, '1');
    if (transfer !== undefined) fields.push('Transfer-Encoding', transfer);
    else if (this.#body !== undefined) fields.push('Content-Length', length ?? '0');
    for (const name of ['content-type', 'content-encoding']) {
      const value = this.#request.headers[name]?.toString();
      if (value !== undefined) fields.push(name, value);
    }
    if (this.#body !== undefined) fields.push('Expect', '100-continue');
    return fields;
  }

  #invite(): void {
    if (this.#isInvited) return;
    this.#isInvited = true;
    if (this.#request.headers.expect !== undefined) this.#response.writeContinue();
  }

  #pass({ incoming, body }: WorkerAnswer): void {
    const { statusCode = 502, statusMessage = '', rawHeaders } = incoming;
    if (statusCode >= 200 && statusCode < 300) this.#options.onChange();
    const requestTimeout = 408;
    if (statusCode === requestTimeout) this.#response.shouldKeepAlive = false;
    this.#response.writeHead(statusCode, statusMessage, endToEndFields(rawHeaders));
    this.#response.end(body);
  }

  #fail(failure: Failure): void {
    const [status, what] =
      failure === 'silent'
        ? [504, 'no worker answers in time']
        : [502, 'the worker was lost, or none can be reached'];
    const fate = this.#mayHaveEffect
      ? 'it is not known whether the change took effect, or still will: ask for the file'
      : 'nothing has changed';
    sendPlain(this.#response, status, `${what}; ${fate}`);
  }
}

interface AttemptOptions {
  readonly method: string;
  readonly path: string;
  readonly fields: readonly string[];
  readonly body: PassedBody | undefined;
  /** Bytes of the body; undefined when that is not said. */
  readonly length: number | undefined;
  /** How long the worker may take until it invites the body. */
  readonly inviteMs: number;
  readonly onInvited: () => void;
  /** What is handed over next may be all that the worker needs. */
  readonly onWhole: () => void;
}

/** One worker asked once. */
class Attempt {
  readonly outcome: Promise<Outcome>;
  readonly #options: AttemptOptions;
  readonly #outgoing: ReturnType<typeof ask>;
  #watch: SilenceWatch;
  #isOver = false;
  #hasAnswer = false;
  #settle: (outcome: Outcome) => void = () => undefined;

  constructor(member: Member, options: AttemptOptions) {
    this.#options = options;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const { host, port, agent } = member;
    const { method, path, fields, body } = options;
    this.#outgoing = ask({ ...{ host, port, agent, method, path }, headers: fields });
    this.#outgoing.setNoDelay(true);
    this.#outgoing.on('error', () => {
      if (!this.#hasAnswer) this.#end({ kind: 'failed', failure: 'broken' });
    });
    this.#outgoing.on('response', (incoming) => {
      this.#take(incoming);
    });
    if (body === undefined) {
      this.#watch = this.#makeWatch(answerMsMax);
      options.onWhole();
      this.#outgoing.end();
      return;
    }
    this.#watch = this.#makeWatch(options.inviteMs);
    // An empty body needs no invitation to be whole.
    if (options.length === 0) options.onWhole();
    this.#outgoing.once('continue', () => {
      this.#watch.hold();
      options.onInvited();
      void this.#send(body);
    });
    this.#outgoing.flushHeaders();
  }

  /** Wants no more of it. An answer that is whole leaves its connection for the next request. */
  drop(): void {
    this.#isOver = true;
    this.#watch.hold();
    if (!(this.#hasAnswer && this.#outgoing.writableFinished)) this.#outgoing.destroy();
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watch.hold();
    this.#settle(outcome);
  }

  #makeWatch(ms: number): SilenceWatch {
    return new SilenceWatch(ms, () => {
      this.#end({ kind: 'failed', failure: 'silent' });
    });
  }

  async #send(body: PassedBody): Promise<void> {
    const outgoing = this.#outgoing;
    const { length = NaN } = this.#options;
    let sentBytes = 0;
    try {
      const next = body.begin();
      while (!this.#isOver) {
        const piece = await next();
        if (this.#isDone()) return;
        if (piece === undefined) break;
        sentBytes += piece.length;
        if (sentBytes >= length) this.#options.onWhole();
        if (!outgoing.write(piece)) await drained(outgoing);
      }
    } catch {
      // The client broke off, or another worker is given the body now.
      outgoing.destroy();
      return;
    }
    if (this.#isDone()) return;
    this.#options.onWhole();
    this.#watch = this.#makeWatch(answerMsMax);
    outgoing.end();
  }

  /** Asked anew after each wait. */
  #isDone(): boolean {
    return this.#isOver || this.#hasAnswer;
  }

  #take(incoming: IncomingMessage): void {
    this.#hasAnswer = true;
    this.#watch.heard();
    const pieces: Buffer[] = [];
    let bytes = 0;
    incoming.on('error', () => undefined);
    incoming.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > answerBytesMax) incoming.destroy();
    });
    incoming.on('end', () => {
      if (!incoming.complete) return;
      this.#end({ kind: 'answered', answer: { incoming, body: Buffer.concat(pieces) } });
    });
    incoming.on('close', () => {
      this.#end({ kind: 'failed', failure: 'broken' });
    });
  }
}

function drained(outgoing: ReturnType<typeof ask>): Promise<void> {
  return new Promise((resolve) => {
    if (outgoing.destroyed) {
      resolve();
      return;
    }
    const go = (): void => {
      outgoing.off('drain', go).off('close', go);
      resolve();
    };
    outgoing.on('drain', go).on('close', go);
  });
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** Also an empty one, if it is said to be empty. */
function hasBody(request: IncomingMessage): boolean {
  if (request.headers['transfer-encoding'] !== undefined) return true;
  const length = lengthOf(request);
  return length !== undefined && (length > 0 || request.method === 'PUT');
}
