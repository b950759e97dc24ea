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
  type ServedFile,
  type ServedFolder,
} from './file-source.js';
import { renderListing } from './folder-listing.js';
import { pagePolicy } from './html-page.js';
import { onePiece } from './one-piece.js';
import { problemAnswer } from './problem-answer.js';
import { formatPath, parseRequestTarget, type RequestTarget } from './request-target.js';
import { sendAnswer, type Answer } from './send-answer.js';

const allow = 'GET, HEAD, OPTIONS';
const indexName = 'index.html';

/** Addresses that tell how the gateway is; files of these names are not served. */
const reservedNames: readonly string[] = ['healthcheck', 'status'];

/** A file may change so often between being found and being read. */
const attemptsMax = 4;

const retryAfterSeconds = '1';

/** What is to be sent, and what has to be done once it is. */
interface Outcome {
  readonly answer: Answer;
  readonly release?: () => void;
}

type PathTarget = Extract<RequestTarget, { readonly kind: 'path' }>;

export const createResponder: CreateResponder = (options) => async (request, response) => {
  try {
    await respond(request, response, options);
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

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: ResponderOptions,
): Promise<void> {
  for (let attempt = 1; !response.destroyed; attempt += 1) {
    let outcome: Outcome | undefined;
    try {
      outcome = await outcomeOf(request, options);
      await sendAnswer(response, outcome.answer);
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

async function outcomeOf(request: IncomingMessage, options: ResponderOptions): Promise<Outcome> {
  const { method = 'GET', url = '/' } = request;
  if (method === 'OPTIONS') return { answer: { status: 204, headers: { allow } } };
  if (method !== 'GET' && method !== 'HEAD') return { answer: refuseMethod(request, method) };
  const target = parseRequestTarget(url);
  if (target.kind === 'refused') {
    return { answer: problemAnswer(request, target.status, target.reason) };
  }
  if (isHidden(target.parts, options)) return notFound(request);
  const found = await options.source.find(target.parts, target.version);
  switch (found.kind) {
    case 'absent':
      return notFound(request);
    case 'file':
      if (!target.isFolder) return fileOutcome(request, found.file, target.parts, options);
      found.file.release();
      return notFound(request);
    case 'folder':
      return folderOutcome(request, target, found.folder, options);
  }
}

/** What comes with a body is not read, so the connection ends here. */
function refuseMethod(request: IncomingMessage, method: string): Answer {
  const { 'content-length': length, 'transfer-encoding': transfer } = request.headers;
  const hasBody = transfer !== undefined || (length !== undefined && length !== '0');
  return problemAnswer(request, 405, `${method} is not possible here, but ${allow} are`, {
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

function fileOutcome(
  request: IncomingMessage,
  file: ServedFile,
  parts: PathParts,
  { source, cache }: ResponderOptions,
): Promise<Outcome> {
  return answerFile(request, file, { source, cache, parts });
}

async function folderOutcome(
  request: IncomingMessage,
  { parts, isFolder, query, version }: PathTarget,
  folder: ServedFolder,
  options: ResponderOptions,
): Promise<Outcome> {
  const indexParts = [...parts, indexName];
  const index = await options.source.find(indexParts, version);
  const isFile = index.kind === 'file';
  if (!isFile && !options.listing) return notFound(request);
  if (!isFolder && parts.length > 0) {
    if (isFile) index.file.release();
    return { answer: redirect(request, `${formatPath(parts)}/${query}`) };
  }
  if (isFile) return fileOutcome(request, index.file, indexParts, options);
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
