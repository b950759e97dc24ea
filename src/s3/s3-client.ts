/**
 * The few operations of S3 that a block store needs, on one bucket: signed, repeated a few times
 * when the service is in trouble, and with every refusal told as an `S3Failure`. All of them may be
 * repeated: what they do twice is what they do once.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { hashOf, type BlockHash } from '../blocks/block-hash.js';
import { S3Connection, type S3Answer, type S3ConnectionTimes } from './s3-connection.js';
import type { S3Request } from './s3-connection.js';
import { readErrorDocument, readListingPage } from './s3-documents.js';
import type { S3ListedObject, S3ListingPage } from './s3-documents.js';
import { describeRefusal, S3Failure } from './s3-failure.js';
import { formatS3Place, type S3Place } from './s3-place.js';

export interface S3ClientOptions {
  readonly place: S3Place;
  readonly times?: S3ConnectionTimes;
  /** Before the second try of a request, the third, and so on; ever one try more than pauses. */
  readonly pausesMs?: readonly number[];
  /** The time that is signed, in milliseconds since the epoch; else that of this machine. */
  readonly now?: () => number;
}

export type ReadObject =
  | { readonly kind: 'found'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'too long' };

/** What became of a put that is to replace nothing. */
export type NewObject =
  | 'put'
  | 'exists'
  /** The service does not know such puts; nothing was done. */
  | 'not known';

export interface ListOptions {
  /** Keys that begin with it, and have no slash behind it. */
  readonly prefix: string;
  /** Keys behind this one. */
  readonly after: string;
  readonly limit: number;
  /** Of the page before; undefined for the first one. */
  readonly continuation: string | undefined;
}

type WholeAnswer = Extract<S3Answer, { kind: 'answer' }>;
type ReadAnswer = Exclude<S3Answer, { kind: 'failed' }>;

interface Asked {
  readonly method: S3Request['method'];
  /** Empty: the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** That of the body. */
  readonly hash?: BlockHash;
  readonly answerBytesMax?: number;
  /** Statuses besides the good ones that the caller understands, with the error's code. */
  readonly understands?: (status: number, code: string | undefined) => boolean;
}

/** Keys on one page; no service gives more. */
export const s3KeysPerPageMax = 1_000;

/** A page of a thousand keys of a thousand bytes, and what is written round them. */
const pageBytesMax = 8 * 1024 * 1024;

/** What answers without a body of interest may have all the same. */
const shortBytesMax = 64 * 1024;

const pausesMsDefault = [100, 400];
const nothing = new Uint8Array();
const hashOfNothing = hashOf(nothing);

/** A service that answers so may do better the next time; so may one that cannot be asked. */
const passingStatuses: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const passingCodes: ReadonlySet<string> = new Set(['RequestTimeout', 'ConditionalRequestConflict']);

export class S3Client {
  readonly #place: S3Place;
  readonly #connection: S3Connection;
  readonly #pausesMs: readonly number[];
  readonly #now: () => number;
  #isClosed = false;

  constructor({ place, times, pausesMs = pausesMsDefault, now = Date.now }: S3ClientOptions) {
    this.#now = now;
    this.#place = place;
    this.#connection = new S3Connection(place.endpoint, times);
    this.#pausesMs = pausesMs;
  }

  /** `hash` is that of the bytes: the service compares it with what arrives. */
  async put(key: string, bytes: Uint8Array, hash: BlockHash): Promise<void> {
    await this.#ask({ method: 'PUT', key, body: bytes, hash });
  }

  /** The same, if there is no such object yet. */
  async putNew(key: string, bytes: Uint8Array, hash: BlockHash): Promise<NewObject> {
    const { status } = await this.#ask({
      ...{ method: 'PUT', key, body: bytes, hash },
      headers: { 'if-none-match': '*' },
      understands: (status, code) => status === 412 || status === 501 || code === 'NotImplemented',
    });
    if (status < 300) return 'put';
    return status === 412 ? 'exists' : 'not known';
  }

  async get(key: string, bytesMax: number): Promise<ReadObject> {
    const answer = await this.#tryAll({
      ...{ method: 'GET', key, answerBytesMax: bytesMax },
      understands: (status, code) => status === 404 && code === 'NoSuchKey',
    });
    if (answer.kind === 'too long') return answer;
    return answer.status < 300 ? { kind: 'found', bytes: answer.body } : { kind: 'missing' };
  }

  /**
   * Asks for one byte of it: an answer to HEAD, which would do as well, cannot say why it is no,
   * nor tell a missing object from a missing bucket.
   */
  async exists(key: string): Promise<boolean> {
    const answer = await this.#tryAll({
      ...{ method: 'GET', key, headers: { range: 'bytes=0-0' } },
      // An object without bytes has not even one.
      understands: (status, code) => (status === 404 && code === 'NoSuchKey') || status === 416,
    });
    // Too long: the service does not know ranges.
    return answer.kind === 'too long' || answer.status !== 404;
  }

  /** What a listing says of it; undefined: there is none. */
  async describe(key: string): Promise<S3ListedObject | undefined> {
    const first = { prefix: key, after: '', limit: 1, continuation: undefined };
    const { objects } = await this.list(first);
    return objects.find((object) => object.key === key);
  }

  /** Nothing happens when there is none. */
  async remove(key: string): Promise<void> {
    await this.#ask({
      ...{ method: 'DELETE', key },
      understands: (status, code) => status === 404 && code === 'NoSuchKey',
    });
  }

  async list({ prefix, after, limit, continuation }: ListOptions): Promise<S3ListingPage> {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      delimiter: '/',
      'max-keys': String(Math.min(limit, s3KeysPerPageMax)),
      prefix,
      ...(after !== '' && { 'start-after': after }),
      ...(continuation !== undefined && { 'continuation-token': continuation }),
    };
    const { body } = await this.#ask({
      method: 'GET',
      key: '',
      query,
      answerBytesMax: pageBytesMax,
    });
    const page = readListingPage(body);
    if (page === undefined) {
      throw this.failure('list', 'its answer is no list of objects; check --s3-endpoint');
    }
    return page;
  }

  /** What a caller, too, may find to be wrong with an answer. */
  failure(operation: string, what: string): S3Failure {
    const where = `${formatS3Place(this.#place)} at ${this.#place.endpoint.origin}`;
    return new S3Failure(`S3 ${operation} ${where}: ${what}`);
  }

  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }

  async #ask(asked: Asked): Promise<WholeAnswer> {
    const answer = await this.#tryAll(asked);
    if (answer.kind === 'answer') return answer;
    throw this.failure(asked.method, 'its answer is far too long; check --s3-endpoint');
  }

  /** Tries until the answer is one for the caller; rejects with what the last try said. */
  async #tryAll(asked: Asked): Promise<ReadAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      const judged = judge(asked, await this.#tryOnce(asked), this.#now());
      if (judged.kind === 'fits') return judged.answer;
      const pauseMs = this.#pausesMs[attempt];
      if (judged.isFinal || pauseMs === undefined || this.#isClosed) {
        throw this.failure(asked.method, judged.reason);
      }
      await pause(pauseMs);
    }
  }

  async #tryOnce(asked: Asked): Promise<S3Answer> {
    const { method, body = nothing, hash: bodyHash = hashOfNothing } = asked;
    const url = this.#urlOf(asked);
    const unsigned = { method, url, headers: asked.headers ?? {}, bodyHash };
    const headers = await this.#place.credentials.sign(unsigned, new Date(this.#now()));
    const answerBytesMax = asked.answerBytesMax ?? shortBytesMax;
    return this.#connection.ask({ method, url, headers, body, answerBytesMax });
  }

  #urlOf({ key, query = {} }: Asked): URL {
    const { endpoint, bucket } = this.#place;
    const url = new URL(`/${bucket}${key === '' ? '' : `/${key}`}`, endpoint);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }
}

type Judged =
  | { readonly kind: 'fits'; readonly answer: ReadAnswer }
  /** Final: the next try would end in the same. */
  | { readonly kind: 'unfit'; readonly reason: string; readonly isFinal: boolean };

function judge(asked: Asked, answer: S3Answer, nowMs: number): Judged {
  if (answer.kind === 'too long') return { kind: 'fits', answer };
  if (answer.kind === 'failed') {
    const reason = `it cannot be asked: ${answer.reason}; check --s3-endpoint`;
    return { kind: 'unfit', reason, isFinal: answer.isLate };
  }
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return { kind: 'fits', answer };
  const error = readErrorDocument(answer.body);
  if (asked.understands?.(status, error?.code) === true) return { kind: 'fits', answer };
  const isPassing = passingStatuses.has(status) || passingCodes.has(error?.code ?? '');
  const refusal = { status, error, clockLeadMs: clockLeadOf(headers.date, nowMs) };
  return { kind: 'unfit', reason: describeRefusal(refusal), isFinal: !isPassing };
}

function clockLeadOf(date: string | undefined, nowMs: number): number | undefined {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? undefined : theirs - nowMs;
}
