/**
 * A file on disk that is read as it is sent. Each piece is handed on only once the file system has
 * confirmed, after the piece was read, that the file is still the one that was opened: what was
 * sent is always of one version.
 */
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { unlessAbsent } from './base-folder.js';
import { isUnwritten } from './file-identity.js';
import { ContentLost, type ServedFile } from './file-source.js';
import { readFully } from './read-fully.js';

/** What is read, and in memory for each reader, at a time. */
const pieceBytes = 128 * 1024;

export interface StreamedFileOptions {
  /** Of the open file when its tag was made. */
  readonly stats: BigIntStats;
  readonly etag: string;
  readonly modifiedMs: number;
}

export class StreamedFile implements ServedFile {
  readonly size: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly #handle: FileHandle;
  /** When it was last known to be the version that is sent. */
  #stats: BigIntStats;

  /** Closes `handle` once it is released. */
  constructor(handle: FileHandle, { stats, etag, modifiedMs }: StreamedFileOptions) {
    this.#handle = handle;
    this.#stats = stats;
    this.size = Number(stats.size);
    this.etag = etag;
    this.modifiedMs = modifiedMs;
  }

  async *read(start: number, end: number): AsyncGenerator<Uint8Array, void> {
    for (let at = start; at < end; at += pieceBytes) {
      const piece = await readFully(this.#handle, at, Math.min(end, at + pieceBytes));
      const stats = await unlessAbsent(() => this.#handle.stat({ bigint: true }));
      if (stats === undefined || !isUnwritten(this.#stats, stats)) {
        throw new ContentLost('the file changed while it was read');
      }
      this.#stats = stats;
      yield piece;
    }
  }

  release(): void {
    // A file that cannot be closed has been read all the same.
    this.#handle.close().catch(() => undefined);
  }
}
