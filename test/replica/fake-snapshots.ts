/**
 * The snapshots of a storage, in memory: they outlive the storage, and refuse, hang or are damaged
 * when a test says so.
 */
import { assert } from '../../src/base/assert.js';
import { crc32c } from '../../src/base/crc32c.js';
import type { LogPosition } from '../../src/raft/messages.js';
import { StorageDamagedError, StorageError } from '../../src/storage/storage.js';
import type { SnapshotReader, SnapshotWriter } from '../../src/storage/storage.js';
import { foundersOnly } from '../fixtures/founders.js';

interface StoredImage {
  readonly position: LogPosition;
  readonly bytes: Uint8Array;
}

export class FakeSnapshots {
  newest: StoredImage | undefined = undefined;
  /** Writing is refused with this reason. */
  refusal: string | undefined = undefined;
  /** What is read is not what was written. */
  isDamaged = false;
  /** While set, no write and no commit ends. */
  isHanging = false;
  writers = 0;
  openReaders = 0;
  /** Most bytes that a single read has given. */
  largestRead = 0;
  #released: (() => void)[] = [];

  /** Ends what hangs. */
  release(): void {
    this.isHanging = false;
    const released = this.#released;
    this.#released = [];
    for (const resolve of released) resolve();
  }

  create(position: LogPosition): SnapshotWriter {
    const parts: Uint8Array[] = [];
    let isOpen = true;
    this.writers += 1;
    const end = (): void => {
      if (isOpen) this.writers -= 1;
      isOpen = false;
    };
    return {
      write: async (bytes) => {
        assert(isOpen, 'an ended snapshot is not written to');
        await this.#answer();
        parts.push(Uint8Array.from(bytes));
      },
      commit: async () => {
        await this.#answer();
        const isNewest = position.index >= (this.newest?.position.index ?? 0);
        if (isNewest) this.newest = { position, bytes: Buffer.concat(parts) };
        end();
      },
      abandon: () => {
        end();
        return Promise.resolve();
      },
    };
  }

  open(): Promise<SnapshotReader | undefined> {
    const { newest } = this;
    if (newest === undefined) return Promise.resolve(undefined);
    this.openReaders += 1;
    const { position, bytes } = newest;
    return Promise.resolve({
      position,
      configuration: foundersOnly,
      imageBytes: bytes.length,
      imageChecksum: crc32c(bytes),
      read: (offset, bytesMax) => {
        if (this.isDamaged) return Promise.reject(new StorageDamagedError('a flipped bit'));
        const part = bytes.subarray(offset, offset + bytesMax);
        this.largestRead = Math.max(this.largestRead, part.length);
        return Promise.resolve(part);
      },
      close: () => {
        this.openReaders -= 1;
        return Promise.resolve();
      },
    });
  }

  async #answer(): Promise<void> {
    if (this.isHanging) {
      await new Promise<void>((resolve) => {
        this.#released.push(resolve);
      });
    }
    if (this.refusal !== undefined) throw new StorageError(this.refusal);
  }
}
