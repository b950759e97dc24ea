/**
 * Answers requests for files (see `file-responder.ts`): looks up what an address leads to, and says
 * so when it leads nowhere. All rules of the answers are in docs/gateway.md.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { answerFile } from './answer-file.js';
import { judgeConditions } from './conditions.js';
import { tagOfBytes } from './content-tags.js';
import type { CreateResponder, ResponderOptions } from './file-responder.js';
import {
  ContentLost,
  SourceUnavailable,
  type PathParts,
  type ServedFolder,
  type Wanted,
} from './file-source.js';
import { renderListing } from './folder-listing.js';
import { pagePolicy } from './html-page.js';
import { allMethods, methodsOf, readMethods } from './methods.js';
import { onePiece } from './one-piece.js';
import { problemAnswer } from './problem-answer.js';
import { formatPath, parseRequestTarget, type RequestTarget } from './request-target.js';
import { RecentWrites } from './recent-writes.js';
import { sendAnswer, type Answer } from './send-answer.js';
import { answerUpload, kindInFolder, refuse } from './uploads/answer-upload.js';
import { maxAgeHeader } from './uploads/upload-headers.js';
import { isUploadMethod, refusedName, type Refusal } from './uploads/upload-rules.js';

const indexName = 'index.html';

/** Addresses that tell how the gateway is; files of these names are not served. */
const reservedNames: readonly string[] = ['healthcheck', 'status'];

/** A file may change so often between being found and being read. */
const attemptsMax = 4;

const retryAfterSeconds = '1';

/** What is to be sent, and what has to be done once it is. */
interface Outcome {
  /** Undefined when nobody is left to be answered. */
  readonly answer: Answer | undefined;
  readonly release?: () => void;
}

type PathTarget = Extract<RequestTarget, { readonly kind: 'path' }>;

interface Context extends ResponderOptions {
  /** By uploads through this responder. */
  readonly writes: RecentWrites;
}

export const createResponder: CreateResponder = (options) => {
  const context = { ...options, writes: new RecentWrites() };
  return async (request, response) => {
    try {
      await respond(request, response, context);
    } catch (error) {
      // A body that broke off must not look like one that is complete.
      if (response.headersSent) response.destroy();
      if (error instanceof ContentLost || error instanceof SourceUnavailable) return;
      options.onBug(error);
      if (!response.headersSent) {
        await sendAnswer(response, problemAnswer(request, 500, 'the gateway has met a bug'));
      }
    }
  };
};

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: Context,
): Promise<void> {
  for (let attempt = 1; !response.destroyed; attempt += 1) {
    let outcome: Outcome | undefined;
    try {
      outcome = await outcomeOf(request, response, options);
      if (outcome.answer === undefined) response.destroy();
      else await sendAnswer(response, outcome.answer);
      return;
    } catch (error) {
      const isOver = response.headersSent || attempt >= attemptsMax;
      if (error instanceof ContentLost && !isOver) continue;
      if (response.headersSent || !isUnavailable(error)) throw error;
      await sendAnswer(response, unavailable(request, error.message));
      return;
    } finally {
      outcome?.release?.();
    }
  }
}

function isUnavailable(error: unknown): error is Error {
  return error instanceof ContentLost || error instanceof SourceUnavailable;
}

function unavailable(request: IncomingMessage, reason: string): Answer {
  return problemAnswer(request, 503, reason, { 'retry-after': retryAfterSeconds });
}

async function outcomeOf(
  request: IncomingMessage,
  response: ServerResponse,
  options: Context,
): Promise<Outcome> {
  const { method = 'GET', url = '/' } = request;
  const target = parseRequestTarget(url);
  if (method === 'OPTIONS') {
    const allow =
      url === '*'
        ? methodsOf({ uploads: options.uploads !== undefined })
        : await allowedFor(target, options);
    return { answer: { status: 204, headers: { allow } } };
  }
  if (isUploadMethod(method) && options.uploads !== undefined) {
    return { answer: await uploadAnswer({ request, response, target }, options) };
  }
  if (method !== 'GET' && method !== 'HEAD') {
    const allow = await allowedFor(target, options);
    const reason = `${method} is not possible here, but ${allow} are`;
    return { answer: refuseMethod(request, reason, allow) };
  }
  if (target.kind === 'refused') {
    return { answer: problemAnswer(request, target.status, target.reason) };
  }
  if (isHidden(target.parts, options)) return notFound(request);
  const wanted = { version: target.version, maxAgeMs: maxAgeOf(request, target.parts, options) };
  const found = await options.source.find(target.parts, wanted);
  switch (found.kind) {
    case 'absent':
      return notFound(request);
    case 'file':
      if (!target.isFolder) {
        const { source, cache } = options;
        const context = { source, cache, parts: target.parts, wanted };
        return answerFile(request, found.file, context);
      }
      found.file.release();
      return notFound(request);
    case 'folder':
      return folderOutcome(request, { ...target, wanted }, found.folder, options);
  }
}

interface UploadRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: RequestTarget;
}

async function uploadAnswer(
  { request, response, target }: UploadRequest,
  options: Context,
): Promise<Answer | undefined> {
  const { uploads, writes } = options;
  if (target.kind === 'refused') return problemAnswer(request, target.status, target.reason);
  const refusal = refusedTarget(target, options);
  if (refusal?.status === 405) return refuseMethod(request, refusal.reason, readMethods);
  if (refusal !== undefined) return refuse(request, refusal);
  if (uploads === undefined) return undefined;
  const { parts } = target;
  const answer = await answerUpload({ request, response, parts }, uploads);
  if (answer !== undefined && isSuccess(answer)) writes.note(parts);
  return answer;
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** Why nothing of this address can ever be uploaded; undefined when something can. */
function refusedTarget(target: PathTarget, options: ResponderOptions): Refusal | undefined {
  const refusal = refusedName(target);
  if (refusal !== undefined || !isHidden(target.parts, options)) return refusal;
  return { status: 403, reason: 'files of this name are not served here' };
}

/** For the header Allow. */
async function allowedFor(target: RequestTarget, options: ResponderOptions): Promise<string> {
  const { uploads } = options;
  if (uploads === undefined || target.kind === 'refused') return readMethods;
  if (refusedTarget(target, options) !== undefined) return readMethods;
  const kind = await kindInFolder(uploads.folder, target.parts);
  return kind === 'absent' ? allMethods : readMethods;
}

/** How old the answer may be, in milliseconds; Infinity for as old as answers usually are. */
function maxAgeOf({ headers }: IncomingMessage, parts: PathParts, { writes }: Context): number {
  const isExact = /(?:^|[\s,])no-cache(?:[\s,]|$)/i.test(headers['cache-control'] ?? '');
  if (isExact) return 0;
  const asked = headers[maxAgeHeader]?.toString() ?? '';
  const askedMs = /^\d{1,9}$/.test(asked) ? Number(asked) : Infinity;
  return Math.min(askedMs, writes.maxAgeMs(parts) ?? Infinity);
}

/** What comes with a body is not read, so the connection ends here. */
function refuseMethod(request: IncomingMessage, reason: string, allow: string): Answer {
  const { 'content-length': length, 'transfer-encoding': transfer } = request.headers;
  const hasBody = transfer !== undefined || (length !== undefined && length !== '0');
  return problemAnswer(request, 405, reason, {
    allow,
    ...(hasBody ? { connection: 'close' } : {}),
  });
}

function isHidden(parts: PathParts, { dotfiles }: ResponderOptions): boolean {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0 && reservedNames.includes(first)) return true;
  return !dotfiles && parts.some((part) => part.startsWith('.'));
}

function notFound(request: IncomingMessage): Outcome {
  return { answer: problemAnswer(request, 404, 'there is no such file here') };
}

async function folderOutcome(
  request: IncomingMessage,
  { parts, isFolder, query, wanted }: PathTarget & { readonly wanted: Wanted },
  folder: ServedFolder,
  options: ResponderOptions,
): Promise<Outcome> {
  const indexParts = [...parts, indexName];
  const index = await options.source.find(indexParts, wanted);
  const isFile = index.kind === 'file';
  if (!isFile && !options.listing) return notFound(request);
  if (!isFolder && parts.length > 0) {
    if (isFile) index.file.release();
    return { answer: redirect(request, `${formatPath(parts)}/${query}`) };
  }
  if (isFile) {
    const { source, cache } = options;
    return answerFile(request, index.file, { source, cache, parts: indexParts, wanted });
  }
  return { answer: await listingAnswer(request, parts, folder, options) };
}

/** The final slash is what links of a page in the folder are relative to. */
function redirect(request: IncomingMessage, location: string): Answer {
  // Not to be kept without asking: the folder may be a file tomorrow.
  const headers = { location, 'cache-control': 'no-cache' };
  return problemAnswer(request, 301, 'the address of a folder ends in a slash', headers);
}

async function listingAnswer(
  request: IncomingMessage,
  parts: PathParts,
  folder: ServedFolder,
  options: ResponderOptions,
): Promise<Answer> {
  const entries = (await folder.list()).filter(({ name }) => !isHidden([...parts, name], options));
  const { type, text } = renderListing(request.headers.accept, parts, entries);
  const bytes = Buffer.from(text);
  const etag = tagOfBytes(bytes);
  const common: OutgoingHttpHeaders = {
    ...{ 'cache-control': 'no-cache', etag, vary: 'Accept', 'x-content-type-options': 'nosniff' },
  };
  const validators = { etag, modifiedMs: undefined };
  switch (judgeConditions(request.headers, { isRead: true, validators, nowMs: Date.now() })) {
    case 'notModified':
      return { status: 304, headers: common };
    case 'failed':
      return problemAnswer(request, 412, 'the folder is not as the request expects', { etag });
    case 'proceed':
  }
  const headers = {
    ...common,
    ...{ 'content-type': type, 'content-length': bytes.length },
    'content-security-policy': pagePolicy,
  };
  const body = request.method === 'HEAD' ? {} : { body: onePiece(bytes) };
  return { status: 200, headers, ...body };
}
