/** A file whose bytes are all in memory, shared with the cache and with other readers. */
import type { ServedFile } from './file-source.js';
import { onePiece } from './one-piece.js';

export class HeldFile implements ServedFile {
  readonly size: number;
  readonly etag: string;
  readonly modifiedMs: number | undefined;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, { etag, modifiedMs }: Pick<ServedFile, 'etag' | 'modifiedMs'>) {
    this.#bytes = bytes;
    this.size = bytes.length;
    this.etag = etag;
    this.modifiedMs = modifiedMs;
  }

  read(start: number, end: number): AsyncIterable<Uint8Array> {
    return onePiece(this.#bytes.subarray(start, end));
  }

  release(): void {
    // Nothing but memory is held, and that is shared.
  }
}
