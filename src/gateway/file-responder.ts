/**
 * Answers HTTP requests for files: methods, conditions, ranges, representations, folders. The same
 * in each worker, and in the master for what it holds in its own cache.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContentCache } from './content-cache.js';
import type { FileSource } from './file-source.js';
import type { UploadOptions } from './uploads/answer-upload.js';

export interface ResponderOptions {
  readonly source: FileSource;
  /** List folders without `index.html`. */
  readonly listing: boolean;
  /** Serve names that begin with a dot. */
  readonly dotfiles: boolean;
  /** Where compressed texts are kept; without it nothing is compressed here. */
  readonly cache?: ContentCache | undefined;
  /** Takes PUT and DELETE; left out, nothing can be changed. */
  readonly uploads?: UploadOptions | undefined;
  /** Told of a bug that a request met; the request is answered by 500, or broken off. */
  readonly onBug: (error: unknown) => void;
}

/** Resolves once the response has ended, or its connection has. Never rejects. */
export type Respond = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export type CreateResponder = (options: ResponderOptions) => Respond;
