/** `Disk` over one real folder. Nothing is cached or retried here. */
import { constants, write } from 'node:fs';
import { open, readFile, readdir, rename, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/file-refusal.js';
import { assert } from '../base/assert.js';
import type { Disk, DiskFile } from '../storage/disk.js';
import { translated, translatedError } from './disk-error.js';

/** Told how long the disk takes; times are in ms. */
export interface DiskMeter {
  /** So many bytes were appended and are durable. */
  appended(bytes: number, ms: number): void;
  /** All that was appended to a file is. */
  synced(ms: number): void;
  /** A write or a sync of a file was refused. */
  failed(): void;
}

export class RealDisk implements Disk {
  readonly #folder: string;
  readonly #meter: DiskMeter | undefined;

  /** The folder must exist. */
  constructor(folder: string, meter?: DiskMeter) {
    this.#folder = folder;
    this.#meter = meter;
  }

  async list(): Promise<readonly string[]> {
    const found = await translated('list', this.#folder, () =>
      readdir(this.#folder, { withFileTypes: true }),
    );
    const files = found.filter((item) => item.isFile());
    return files.map((item) => item.name).sort();
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const path = this.#path(name);
    return translated('read', path, () => unlessMissing(() => readFile(path)));
  }

  async readRange(name: string, offset: number, bytesMax: number): Promise<Uint8Array | undefined> {
    const path = this.#path(name);
    return translated('read', path, () =>
      unlessMissing(async () => {
        const handle = await open(path, 'r');
        try {
          return await readFully(handle, offset, bytesMax);
        } finally {
          await handle.close();
        }
      }),
    );
  }

  async size(name: string): Promise<number | undefined> {
    const path = this.#path(name);
    return translated('read', path, () => unlessMissing(async () => (await stat(path)).size));
  }

  async create(name: string): Promise<DiskFile> {
    const path = this.#path(name);
    const handle = await translated('create', path, () => open(path, 'w'));
    return openedFile({ path, handle, size: 0, meter: this.#meter });
  }

  async openAt(name: string, size: number): Promise<DiskFile> {
    const path = this.#path(name);
    const handle = await translated('open', path, () => open(path, 'r+'));
    try {
      await translated('cut', path, () => handle.truncate(size));
    } catch (error) {
      await handle.close();
      throw error;
    }
    return openedFile({ path, handle, size, meter: this.#meter });
  }

  async rename(from: string, to: string): Promise<void> {
    await translated('rename', this.#path(from), () => rename(this.#path(from), this.#path(to)));
  }

  async remove(name: string): Promise<void> {
    await translated('remove', this.#path(name), () => unlink(this.#path(name)));
  }

  async syncFolder(): Promise<void> {
    await syncFolder(this.#folder);
  }

  #path(name: string): string {
    assert(/^[^/\\]+$/.test(name), () => `a file name without a folder, not ${name}`);
    return join(this.#folder, name);
  }
}

async function unlessMissing<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** One read may give less than there is. */
async function readFully(
  handle: FileHandle,
  offset: number,
  bytesMax: number,
): Promise<Uint8Array> {
  const { size } = await handle.stat();
  const bytes = new Uint8Array(Math.min(bytesMax, Math.max(0, size - offset)));
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, offset + at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  await translated('sync', folder, async () => {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/**
 * With this flag one call writes and syncs: half the round trips through the thread pool. Elsewhere
 * than on Linux the flag promises less than `datasync` does, so there both calls are made.
 */
const writeThroughFlags =
  process.platform === 'linux' ? constants.O_WRONLY | constants.O_DSYNC : undefined;

async function openedFile(parts: Omit<RealFileParts, 'writeThrough'>): Promise<RealFile> {
  const { path, handle } = parts;
  if (writeThroughFlags === undefined) return new RealFile(parts);
  try {
    const flags = writeThroughFlags;
    const writeThrough = await translated('open', path, () => open(path, flags));
    return new RealFile({ ...parts, writeThrough });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface RealFileParts {
  readonly path: string;
  readonly handle: FileHandle;
  readonly size: number;
  /** The same file, opened so that a write is durable when it returns. */
  readonly writeThrough?: FileHandle;
  readonly meter: DiskMeter | undefined;
}

class RealFile implements DiskFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #writeThrough: FileHandle | undefined;
  readonly #meter: DiskMeter | undefined;
  #size: number;

  constructor(parts: RealFileParts) {
    this.#path = parts.path;
    this.#handle = parts.handle;
    this.#writeThrough = parts.writeThrough;
    this.#meter = parts.meter;
    this.#size = parts.size;
  }

  append(chunks: readonly Uint8Array[]): Promise<void> {
    return this.#writeAll(this.#handle, chunks);
  }

  /**
   * The call that every update waits for: the plain write with a callback costs the event loop a
   * fifth less than the file handle's own, which makes several promises and objects of each call.
   */
  async appendDurably(bytes: Uint8Array): Promise<void> {
    const writeThrough = this.#writeThrough;
    const meter = this.#meter;
    const beganMs = performance.now();
    if (writeThrough !== undefined) {
      return new Promise((resolve, reject) => {
        this.#writeOn(writeThrough.fd, bytes, (error) => {
          if (error === undefined) {
            meter?.appended(bytes.length, performance.now() - beganMs);
            resolve();
          } else {
            meter?.failed();
            reject(error);
          }
        });
      });
    }
    await this.append([bytes]);
    await this.sync();
    meter?.appended(bytes.length, performance.now() - beganMs);
  }

  /**
   * By a file handle of its own: the system tells each handle once of a write that failed, and
   * what failed of the log is for the handles of the log to hear. Only there do such handles keep
   * apart what they are told, so elsewhere nothing is filled.
   */
  async fill(from: number, bytes: number): Promise<void> {
    if (writeThroughFlags === undefined) return;
    const path = this.#path;
    await translated('fill', path, async () => {
      const handle = await open(path, writeThroughFlags);
      try {
        for (let at = from; at < from + bytes;) {
          const { bytesWritten } = await handle.writev(zeros(from + bytes - at), at);
          assert(bytesWritten > 0, 'a write that is not refused makes progress');
          at += bytesWritten;
        }
      } finally {
        await handle.close();
      }
    });
  }

  async cutFill(): Promise<void> {
    await translated('cut', this.#path, () => this.#handle.truncate(this.#size));
  }

  async sync(): Promise<void> {
    const beganMs = performance.now();
    await this.#measured('sync', () => this.#handle.datasync());
    this.#meter?.synced(performance.now() - beganMs);
  }

  async close(): Promise<void> {
    await translated('close', this.#path, async () => {
      try {
        await this.#writeThrough?.close();
      } finally {
        await this.#handle.close();
      }
    });
  }

  async #measured(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await translated(what, this.#path, action);
    } catch (error) {
      this.#meter?.failed();
      throw error;
    }
  }

  /** Appends by a plain file descriptor, which the file keeps open. */
  #writeOn(fd: number, bytes: Uint8Array, done: (error?: Error) => void): void {
    write(fd, bytes, 0, bytes.length, this.#size, (error, bytesWritten) => {
      if (error !== null) {
        done(translatedError('write', this.#path, error));
        return;
      }
      assert(bytesWritten > 0, 'a write that is not refused makes progress');
      this.#size += bytesWritten;
      if (bytesWritten === bytes.length) done();
      else this.#writeOn(fd, bytes.subarray(bytesWritten), done);
    });
  }

  async #writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
    await this.#measured('write', async () => {
      let left = dropBytes(chunks, 0);
      while (left.length > 0) {
        const { bytesWritten } = await handle.writev(left, this.#size);
        assert(bytesWritten > 0, 'a write that is not refused makes progress');
        this.#size += bytesWritten;
        left = dropBytes(left, bytesWritten);
      }
    });
  }
}

const zeroChunk = new Uint8Array(64 * 1024);

/** So many zeros, in chunks that are one and the same. */
function zeros(bytes: number): Uint8Array[] {
  const whole = Math.floor(bytes / zeroChunk.length);
  const chunks: Uint8Array[] = Array.from({ length: whole }, () => zeroChunk);
  return [...chunks, zeroChunk.subarray(0, bytes % zeroChunk.length)];
}

/** The chunks without their first `count` bytes, empty ones left out. */
function dropBytes(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  let toDrop = count;
  for (const chunk of chunks) {
    const dropped = Math.min(toDrop, chunk.length);
    toDrop -= dropped;
    if (dropped < chunk.length) left.push(chunk.subarray(dropped));
  }
  return left;
}
