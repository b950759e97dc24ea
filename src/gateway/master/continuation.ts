/**
 * How a response whose worker was lost half way is carried on by another one: which request brings
 * the rest, and whether an answer to it is really the rest of the same bytes. Pure.
 *
 * The bytes are the same only if both answers carry the same strong entity tag (RFC 9110, section
 * 8.8.1): it stands for one representation, byte for byte.
 */
import { fieldValue, withoutConditions } from './header-fields.js';

/** The beginning of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly rawHeaders: readonly string[];
}

/** What of the bytes that another worker sends belongs to the client's response. */
export interface Rest {
  /** Bytes at the beginning that the client has already. */
  readonly skip: number;
  /** Bytes after those that it still needs; undefined for all. */
  readonly take: number | undefined;
}

export interface Continuation {
  /** For the request that is to bring the rest, in place of those of the client's request. */
  readonly fieldsOf: (fields: readonly string[], sentBytes: number) => string[];
  /** Undefined when the answer is not the rest of this response. */
  readonly restIn: (answer: ResponseHead, sentBytes: number) => Rest | undefined;
}

interface ByteRange {
  readonly first: number;
  readonly last: number;
  readonly size: number;
}

/** Undefined when nobody could carry this response on: it must be whole, or break off. */
export function continuationOf(method: string, head: ResponseHead): Continuation | undefined {
  const etag = strongTag(head);
  if (method !== 'GET' || etag === undefined) return undefined;
  if (head.status === 206) {
    const range = contentRange(head);
    return range === undefined ? repeated(head, etag) : ranged(head, etag, range);
  }
  if (head.status !== 200) return undefined;
  const size = contentLength(head);
  const isCoded = fieldValue(head.rawHeaders, 'content-encoding') !== undefined;
  const takesRanges = fieldValue(head.rawHeaders, 'accept-ranges') === 'bytes';
  if (size === undefined || size === 0 || isCoded || !takesRanges) return repeated(head, etag);
  return ranged(head, etag, { first: 0, last: size - 1, size });
}

/** Asks for what is missing of the range; an answer with everything does as well. */
function ranged(begun: ResponseHead, etag: string, range: ByteRange): Continuation {
  return {
    fieldsOf: (fields, sentBytes) => [
      ...withoutConditions(fields),
      ...['Range', `bytes=${range.first + sentBytes}-${range.last}`],
      ...['If-Range', etag],
    ],
    restIn: (answer, sentBytes) => {
      if (!isSameRepresentation(begun, answer, etag)) return undefined;
      const first = range.first + sentBytes;
      const missing = range.last - first + 1;
      if (answer.status === 200) {
        const size = contentLength(answer);
        const fits = size === undefined || size === range.size;
        return fits ? { skip: first, take: missing } : undefined;
      }
      const found = answer.status === 206 ? contentRange(answer) : undefined;
      const fits = found?.first === first && found.last === range.last && found.size === range.size;
      return fits ? { skip: 0, take: missing } : undefined;
    },
  };
}

/** Asks for the same again and passes over what was sent: several ranges, coded contents. */
function repeated(begun: ResponseHead, etag: string): Continuation {
  return {
    fieldsOf: (fields) => [...fields],
    restIn: (answer, sentBytes) => {
      const size = contentLength(begun);
      const isSame =
        answer.status === begun.status &&
        isSameRepresentation(begun, answer, etag) &&
        // The boundary between several ranges is part of it.
        isSameField(begun, answer, 'content-type') &&
        contentLength(answer) === size;
      if (!isSame) return undefined;
      return { skip: sentBytes, take: size === undefined ? undefined : size - sentBytes };
    },
  };
}

function isSameRepresentation(begun: ResponseHead, answer: ResponseHead, etag: string): boolean {
  return strongTag(answer) === etag && isSameField(begun, answer, 'content-encoding');
}

function isSameField(one: ResponseHead, other: ResponseHead, name: string): boolean {
  return fieldValue(one.rawHeaders, name) === fieldValue(other.rawHeaders, name);
}

function strongTag({ rawHeaders }: ResponseHead): string | undefined {
  const tag = fieldValue(rawHeaders, 'etag');
  return tag !== undefined && /^"[^"]*"$/.test(tag) ? tag : undefined;
}

export function contentLength({ rawHeaders }: ResponseHead): number | undefined {
  const text = fieldValue(rawHeaders, 'content-length');
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}

/** Of one range of known size. */
function contentRange({ rawHeaders }: ResponseHead): ByteRange | undefined {
  const text = fieldValue(rawHeaders, 'content-range') ?? '';
  const found = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/.exec(text);
  if (found === null) return undefined;
  const [first = 0, last = 0, size = 0] = found.slice(1).map(Number);
  return first <= last && last < size ? { first, last, size } : undefined;
}
