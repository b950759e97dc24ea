/**
 * What of an upload can be judged by its head alone: whether there can be a file of that name, and
 * whether the request is one that can be carried out.
 */
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { blocksOfFileMax } from '../../sync/blocks-of-file.js';
import { refusedClusterName } from '../../sync/names.js';
import type { RequestTarget } from '../request-target.js';

export type UploadMethod = 'PUT' | 'DELETE';

/** An answer that is no success. `reason`: a sentence without its full stop. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly headers?: OutgoingHttpHeaders;
}

type PathTarget = Extract<RequestTarget, { readonly kind: 'path' }>;

export function isUploadMethod(method: string | undefined): method is UploadMethod {
  return method === 'PUT' || method === 'DELETE';
}

/** Why there can be no file of that name here, uploaded by whomever; undefined when there can. */
export function refusedName({ parts, isFolder, version }: PathTarget): Refusal | undefined {
  if (version !== undefined) {
    return { status: 400, reason: 'a version that is kept never changes' };
  }
  if (parts.length === 0 || isFolder) {
    return { status: 405, reason: 'folders come and go with their files' };
  }
  const refused = refusedClusterName(parts.join('/'));
  if (refused === undefined) return undefined;
  return { status: 403, reason: `no file can have this name: ${refused.reason}` };
}

export interface SizeLimits {
  readonly bytesMax: number;
  readonly blockBytes: number;
}

/** The most that a body can have. */
export function bodyBytesMax({ bytesMax, blockBytes }: SizeLimits): number {
  return Math.min(bytesMax, blocksOfFileMax * blockBytes);
}

/** Why this request is not carried out; undefined when it may be. */
export function refusedHead(
  { method, headers }: IncomingMessage,
  limits: SizeLimits,
): Refusal | undefined {
  const length = headers['content-length'];
  const transfer = headers['transfer-encoding']?.trim().toLowerCase();
  const isOfUnknownLength = transfer !== undefined;
  if (isOfUnknownLength && transfer !== 'chunked') {
    return { status: 501, reason: 'no Transfer-Encoding is known but chunked' };
  }
  if (method === 'DELETE') {
    const hasBody = isOfUnknownLength || (length !== undefined && Number(length) > 0);
    return hasBody ? { status: 400, reason: 'what is deleted needs no body' } : undefined;
  }
  if (headers['content-range'] !== undefined) {
    return { status: 400, reason: 'a file is uploaded whole, and not a part of it' };
  }
  if (isCoded(headers)) {
    return {
      status: 415,
      reason: 'files are kept as they are: no Content-Encoding is taken',
      headers: { 'accept-encoding': 'identity' },
    };
  }
  if (length === undefined && !isOfUnknownLength) {
    return { status: 411, reason: 'expected Content-Length, or chunks, also for an empty file' };
  }
  return Number(length) > bodyBytesMax(limits) ? tooLarge(limits) : undefined;
}

export function tooLarge(limits: SizeLimits): Refusal {
  return { status: 413, reason: `a file may have ${bodyBytesMax(limits)} bytes here` };
}

function isCoded(headers: IncomingHttpHeaders): boolean {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  return coding !== '' && coding !== 'identity';
}
