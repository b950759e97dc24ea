/**
 * How many bytes a server's folder takes, and how many its file system has left. Looked at beside
 * everything else: whoever asks is told the outcome of the last look and begins the next one, so
 * that nobody waits for a disk that hangs.
 */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentSequence, snapshotIndex } from '../storage/file-names.js';

export interface FolderUsed {
  readonly logBytes: number;
  readonly snapshotBytes: number;
  /** Of all other files of the folder itself. */
  readonly otherBytes: number;
  /** What the file system has for such a process as this one. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export class FolderUsage {
  readonly #path: string;
  #last: FolderUsed | undefined;
  #looking: Promise<void> | undefined;

  /** Begins the first look. */
  constructor(path: string) {
    this.#path = path;
    this.look();
  }

  /** The outcome of the last look that came to an end; undefined before, and of one refused. */
  look(): FolderUsed | undefined {
    this.#looking ??= this.#look();
    return this.#last;
  }

  /** Never rejects: what the disk refuses here, the log will hear, too. */
  async #look(): Promise<void> {
    this.#last = await measure(this.#path).catch(() => undefined);
    this.#looking = undefined;
  }
}

async function measure(path: string): Promise<FolderUsed> {
  const { bavail, blocks, bsize } = await statfs(path);
  const bytes = { log: 0, snapshot: 0, other: 0 };
  for (const item of await readdir(path, { withFileTypes: true })) {
    if (!item.isFile()) continue;
    // It may be gone by now.
    const found = await stat(join(path, item.name)).catch(() => undefined);
    bytes[kindOf(item.name)] += found?.size ?? 0;
  }
  return {
    logBytes: bytes.log,
    snapshotBytes: bytes.snapshot,
    otherBytes: bytes.other,
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
  };
}

function kindOf(name: string): 'log' | 'snapshot' | 'other' {
  if (segmentSequence(name) !== undefined) return 'log';
  return snapshotIndex(name) === undefined ? 'other' : 'snapshot';
}
