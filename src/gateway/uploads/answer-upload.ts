/**
 * PUT and DELETE (RFC 9110, section 9.3): a body becomes blocks, and then, at once, a version that
 * names them. Conditions are judged by the version that the update follows upon, so they hold at
 * the moment of the change: if somebody was faster, all is judged anew.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockHash } from '../../blocks/block-hash.js';
import { tagOfHashes } from '../cluster-versions.js';
import { judgeConditions, type ConditionHeaders } from '../conditions.js';
import { SourceUnavailable, type FileSource, type Found, type PathParts } from '../file-source.js';
import { readMethods } from '../methods.js';
import { problemAnswer } from '../problem-answer.js';
import { formatPath } from '../request-target.js';
import type { Answer } from '../send-answer.js';
import { BodyReader, BodyRefused, defaultPace, type BodyLimits } from './body-reader.js';
import { FateUnknown, type ClusterUploads, type CurrentFile } from './cluster-uploads.js';
import { idempotencyHeader, repeatHeader, uploadIdHeader } from './upload-headers.js';
import { bodyBytesMax, refusedHead, tooLarge, type Refusal } from './upload-rules.js';

export interface UploadOptions {
  readonly cluster: ClusterUploads;
  /** The folder that wins over the cluster, if one is served. */
  readonly folder: FileSource | undefined;
  readonly bytesMax: number;
  /** How slow a client may be; the usual unless a test has others. */
  readonly pace?: Omit<BodyLimits, 'bytesMax'>;
}

export interface Upload {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** A name that there can be. */
  readonly parts: PathParts;
}

/** Undefined when nobody is left to be answered. */
export type UploadAnswer = Answer | undefined;

/** Somebody may be faster so often; the next one has to wait. */
const attemptsMax = 16;
/** And for so long. */
const commitMsMax = 8_000;

const retryAfter = { 'retry-after': '1' };

/** The tag of a compressed form, which stands for the same version. */
const codedTag = /("[0-9a-f]{64})-(?:br|gzip)-[\w.-]+"/g;

/** Rejects with nothing that has to do with the cluster or the client. */
export async function answerUpload(upload: Upload, options: UploadOptions): Promise<UploadAnswer> {
  const { request } = upload;
  const work = new UploadWork(upload, options);
  try {
    return await work.run();
  } catch (error) {
    if (error instanceof FateUnknown) return refuse(request, fateUnknown(error));
    if (error instanceof SourceUnavailable) {
      return refuse(request, work.isRepeat ? fateUnknown(error) : nothingChanged(error, request));
    }
    if (!(error instanceof BodyRefused)) throw error;
    switch (error.mistake) {
      case 'broken':
        return undefined;
      case 'tooLarge':
        return refuse(request, tooLarge(work.limits));
      case 'tooSlow':
        return refuse(request, {
          ...{ status: 408, reason: 'the body comes too slowly; nothing has changed' },
          headers: { connection: 'close' },
        });
    }
  }
}

/** What the folder has of that name: no upload can change what is served of a file that it has. */
export async function kindInFolder(
  folder: FileSource | undefined,
  parts: PathParts,
): Promise<Found['kind']> {
  const found = await folder?.find(parts);
  if (found?.kind === 'file') found.file.release();
  return found?.kind ?? 'absent';
}

class UploadWork {
  readonly limits: { readonly bytesMax: number; readonly blockBytes: number };
  /** It may have taken effect before. */
  readonly isRepeat: boolean;
  readonly #upload: Upload;
  readonly #options: UploadOptions;
  readonly #name: string;
  readonly #conditions: ConditionHeaders;
  /** Under which it takes effect once, however often it is sent. */
  readonly #key: string;

  constructor(upload: Upload, options: UploadOptions) {
    const { headers } = upload.request;
    const clientKey = headers[idempotencyHeader]?.toString();
    this.#upload = upload;
    this.#options = options;
    this.#name = upload.parts.join('/');
    this.#conditions = conditionsOf(upload.request);
    this.#key = clientKey ?? headers[uploadIdHeader]?.toString() ?? randomUUID();
    this.isRepeat = clientKey !== undefined || headers[repeatHeader] !== undefined;
    this.limits = { bytesMax: options.bytesMax, blockBytes: options.cluster.blockBytes };
  }

  async run(): Promise<UploadAnswer> {
    const { request } = this.#upload;
    const early = refusedHead(request, this.limits) ?? (await this.#refusedNow());
    if (early !== undefined) return refuse(request, withEnd(request, early));
    const hashes = request.method === 'PUT' ? await this.#storeBody() : undefined;
    return this.#commit(hashes);
  }

  /** What is in the way at present: no body is asked for in vain. */
  async #refusedNow(): Promise<Refusal | undefined> {
    const { request, parts } = this.#upload;
    const { folder, cluster } = this.#options;
    const ofFolder = await kindInFolder(folder, parts);
    if (ofFolder === 'file') return servedFromFolder;
    if (request.method === 'DELETE') return this.#judgeEarly();
    const [obstacle, refusal] = await Promise.all([
      ofFolder === 'folder' ? ofFolder : cluster.inTheWay(parts),
      this.#judgeEarly(),
    ]);
    switch (obstacle) {
      case 'folder':
        return { status: 409, reason: 'a folder of this name has files in it' };
      case 'fileAsFolder':
        return { status: 409, reason: 'a part of this address is a file, and no folder' };
      case 'none':
        return refusal;
    }
  }

  /** The conditions of a repeated one may fail because of its own first attempt. */
  async #judgeEarly(): Promise<Refusal | undefined> {
    return this.isRepeat ? undefined : this.#judge(await this.#current());
  }

  async #storeBody(): Promise<readonly BlockHash[]> {
    const { request, response } = this.#upload;
    const { cluster, pace } = this.#options;
    const bytesMax = bodyBytesMax(this.limits);
    const body = new BodyReader(request, { ...(pace ?? defaultPace), bytesMax });
    try {
      if (isInvited(request)) response.writeContinue();
      return await cluster.store(() => body.next());
    } finally {
      body.release();
    }
  }

  async #commit(hashes: readonly BlockHash[] | undefined): Promise<UploadAnswer> {
    const { request, response } = this.#upload;
    const deadlineMs = performance.now() + commitMsMax;
    for (let attempt = 0; attempt < attemptsMax && !response.destroyed; attempt += 1) {
      if (performance.now() > deadlineMs) break;
      const current = await this.#current();
      const refusal = this.#judge(current);
      if (refusal !== undefined) {
        if (this.isRepeat && (await this.#hasTakenEffect(current, hashes))) {
          return success(this.#upload, { hashes, wasThere: true });
        }
        return refuse(request, refusal);
      }
      const { file } = current;
      const wasThere = file.kind === 'file';
      if (wasThere && hashes !== undefined && file.etag === tagOfHashes(hashes)) {
        return success(this.#upload, { hashes, version: current.version, wasThere });
      }
      const version = current.version + 1;
      const outcome = await this.#update(version, hashes);
      if (outcome === 'made') return success(this.#upload, { hashes, version, wasThere });
      if (outcome === 'repeated') return success(this.#upload, { hashes, wasThere: true });
    }
    if (response.destroyed) return undefined;
    throw new SourceUnavailable('others keep changing the file');
  }

  #current(): Promise<CurrentFile> {
    const withTime = this.#conditions['if-unmodified-since'] !== undefined;
    return this.#options.cluster.current(this.#name, { withTime });
  }

  #update(version: number, hashes: readonly BlockHash[] | undefined) {
    return this.#options.cluster.update({ name: this.#name, version, hashes, key: this.#key });
  }

  /** Asks with a version that can never be the next one: so the answer changes nothing. */
  async #hasTakenEffect(
    { version }: CurrentFile,
    hashes: readonly BlockHash[] | undefined,
  ): Promise<boolean> {
    return version > 0 && (await this.#update(version, hashes)) !== 'outdated';
  }

  #judge({ file }: CurrentFile): Refusal | undefined {
    const nowMs = Date.now();
    if (file.kind === 'file') {
      const context = { isRead: false, validators: file, nowMs };
      if (judgeConditions(this.#conditions, context) === 'proceed') return undefined;
      const headers = { etag: file.etag, 'x-version': file.version };
      return { status: 412, reason: 'the file is not the one that the request expects', headers };
    }
    if (this.#conditions['if-match'] !== undefined) {
      return { status: 412, reason: 'the request expects a file, and there is none' };
    }
    if (this.#upload.request.method === 'PUT') return undefined;
    return { status: 404, reason: 'there is no such file here' };
  }
}

const servedFromFolder: Refusal = {
  status: 405,
  reason: 'the file of this name lies in a folder that cannot be written to from here',
  headers: { allow: readMethods },
};

function nothingChanged({ message }: Error, request: IncomingMessage): Refusal {
  const reason = `${message}; nothing has changed`;
  return withEnd(request, { status: 503, reason, headers: retryAfter });
}

function fateUnknown({ message }: Error): Refusal {
  const reason =
    `it is not known whether the change took effect, or still will: ${message}; ` +
    'ask for the file, or send the same again with the same Idempotency-Key';
  return { status: 503, reason, headers: retryAfter };
}

function conditionsOf({ headers }: IncomingMessage): ConditionHeaders {
  const plain = (field: string | undefined): string | undefined => field?.replace(codedTag, '$1"');
  return {
    'if-match': plain(headers['if-match']),
    'if-none-match': plain(headers['if-none-match']),
    'if-unmodified-since': headers['if-unmodified-since'],
  };
}

function isInvited({ headers }: IncomingMessage): boolean {
  return headers.expect?.toLowerCase() === '100-continue';
}

/** A body that was announced and not asked for does not come: nobody could tell what comes next. */
function withEnd(request: IncomingMessage, refusal: Refusal): Refusal {
  if (!isInvited(request) || request.complete) return refusal;
  return { ...refusal, headers: { ...refusal.headers, connection: 'close' } };
}

export function refuse(request: IncomingMessage, { status, reason, headers }: Refusal): Answer {
  return problemAnswer(request, status, reason, headers);
}

interface Success {
  readonly hashes: readonly BlockHash[] | undefined;
  /** Undefined when it is not known any more which one it was. */
  readonly version?: number;
  readonly wasThere: boolean;
}

function success({ parts }: Upload, { hashes, version, wasThere }: Success): Answer {
  const headers = {
    'cache-control': 'no-store',
    ...(hashes === undefined ? {} : { etag: tagOfHashes(hashes) }),
    ...(version === undefined ? {} : { 'x-version': version }),
  };
  if (wasThere) return { status: 204, headers };
  return { status: 201, headers: { ...headers, 'content-length': 0, location: formatPath(parts) } };
}
