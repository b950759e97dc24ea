/**
 * The answer to a GET or HEAD for a file that is there: which form of it, whether its conditions
 * hold, which of its bytes (RFC 9110, sections 12 to 15).
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { wantedBytes, type ByteRange } from './byte-ranges.js';
import { areRangesWanted, judgeConditions } from './conditions.js';
import type { ContentCache } from './content-cache.js';
import { contentTypeOf } from './content-type.js';
import type { FileSource, PathParts, ServedFile, Wanted } from './file-source.js';
import { formatHttpDate } from './http-date.js';
import { contentRange, planMultipart, type MultipartPlan } from './multipart-ranges.js';
import { acceptedCodings } from './negotiation.js';
import { problemAnswer } from './problem-answer.js';
import { chooseRepresentation, isNegotiable, type Representation } from './representation.js';
import type { Answer } from './send-answer.js';

/** Whoever keeps a file asks each time whether it is still the same: the tag makes that cheap. */
const cacheAndAsk = 'no-cache';
const cacheForEver = 'public, max-age=31536000, immutable';

export interface FileContext {
  readonly source: FileSource;
  readonly cache: ContentCache | undefined;
  /** Where the file was found: its own parts, not always those of the request. */
  readonly parts: PathParts;
  readonly wanted: Wanted;
}

/** What is sent of a file, and what must be released once it is. */
export interface FileAnswer {
  readonly answer: Answer;
  readonly release: () => void;
}

export async function answerFile(
  request: IncomingMessage,
  file: ServedFile,
  context: FileContext,
): Promise<FileAnswer> {
  const type = contentTypeOf(context.parts.at(-1) ?? '');
  const isRanged = request.method === 'GET' && request.headers.range !== undefined;
  const mayBeCoded = isNegotiable(type);
  // Ranges are ranges of the file's own bytes.
  const wanted =
    mayBeCoded && !isRanged ? acceptedCodings(request.headers['accept-encoding']?.toString()) : [];
  let chosen: Representation = { file, coding: undefined };
  const release = (): void => {
    file.release();
    if (chosen.file !== file) chosen.file.release();
  };
  try {
    chosen = await chooseRepresentation(file, wanted, context);
    const headers = {
      ...commonHeaders(chosen.file, mayBeCoded),
      'cache-control': file.isImmutable === true ? cacheForEver : cacheAndAsk,
      ...(file.version === undefined ? {} : { 'x-version': file.version }),
    };
    return { answer: answerRepresentation(request, { ...chosen, type, headers }), release };
  } catch (error) {
    release();
    throw error;
  }
}

function commonHeaders({ etag, modifiedMs }: ServedFile, mayBeCoded: boolean): OutgoingHttpHeaders {
  return {
    'accept-ranges': 'bytes',
    etag,
    // A time in the future would be no time of a change (section 8.8.2.1).
    ...(modifiedMs === undefined
      ? {}
      : { 'last-modified': formatHttpDate(Math.min(modifiedMs, Date.now())) }),
    ...(mayBeCoded ? { vary: 'Accept-Encoding' } : {}),
    'x-content-type-options': 'nosniff',
  };
}

interface Described extends Representation {
  readonly type: string;
  readonly headers: OutgoingHttpHeaders;
}

function answerRepresentation(request: IncomingMessage, described: Described): Answer {
  const { file, coding, type, headers } = described;
  const context = { isRead: true, validators: file, nowMs: Date.now() };
  switch (judgeConditions(request.headers, context)) {
    case 'notModified':
      return { status: 304, headers };
    case 'failed':
      return problemAnswer(request, 412, 'the file is not the one that the request expects', {
        etag: file.etag,
      });
    case 'proceed':
  }
  const isRanged =
    request.method === 'GET' && areRangesWanted(request.headers['if-range'], context);
  const wanted = wantedBytes(isRanged ? request.headers.range : undefined, file.size);
  switch (wanted.kind) {
    case 'unsatisfiable':
      return problemAnswer(
        request,
        416,
        `the file has ${file.size} bytes and none of those asked`,
        {
          'accept-ranges': 'bytes',
          'content-range': `bytes */${file.size}`,
          etag: file.etag,
        },
      );
    case 'whole': {
      const codingHeader = coding === undefined ? {} : { 'content-encoding': coding };
      return withBody(request, 200, {
        headers: { ...headers, ...codingHeader, 'content-type': type },
        length: file.size,
        body: () => file.read(0, file.size),
      });
    }
    case 'ranges':
      return answerRanges(request, wanted.ranges, described);
  }
}

function answerRanges(
  request: IncomingMessage,
  ranges: readonly ByteRange[],
  { file, type, headers }: Described,
): Answer {
  const [only, ...others] = ranges;
  if (only !== undefined && others.length === 0) {
    return withBody(request, 206, {
      headers: { ...headers, 'content-type': type, 'content-range': contentRange(only, file.size) },
      length: only.end - only.start,
      body: () => file.read(only.start, only.end),
    });
  }
  const boundary = randomBytes(24).toString('hex');
  const plan = planMultipart(ranges, { size: file.size, type, boundary });
  return withBody(request, 206, {
    headers: { ...headers, 'content-type': plan.type },
    length: plan.length,
    body: () => multipartBody(file, plan),
  });
}

async function* multipartBody(file: ServedFile, plan: MultipartPlan): AsyncGenerator<Uint8Array> {
  for (const { head, range } of plan.parts) {
    yield head;
    yield* file.read(range.start, range.end);
  }
  yield plan.tail;
}

interface Sent {
  readonly headers: OutgoingHttpHeaders;
  readonly length: number;
  readonly body: () => AsyncIterable<Uint8Array>;
}

function withBody(request: IncomingMessage, status: number, sent: Sent): Answer {
  const headers = { ...sent.headers, 'content-length': sent.length };
  return request.method === 'HEAD' ? { status, headers } : { status, headers, body: sent.body() };
}
