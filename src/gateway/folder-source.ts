/**
 * The files of a folder. Every request looks anew: what was added, changed or deleted counts from
 * the next one on. A small file is held in the cache and sent from there as long as the file system
 * says that it is unchanged; a larger one is read as it is sent, and breaks off when it changes.
 */
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { BaseFolder } from './base-folder.js';
import type { ContentCache } from './content-cache.js';
import { ContentTags, tagOfBytes } from './content-tags.js';
import { identityOf, unsettledUntilMs, type FileIdentity } from './file-identity.js';
import {
  ContentLost,
  SourceUnavailable,
  type FileSource,
  type Found,
  type PathParts,
  type ServedFile,
} from './file-source.js';
import { HeldFile } from './held-file.js';
import { listFolder } from './list-folder.js';
import { readFully } from './read-fully.js';
import { RecentMap } from '../base/recent-map.js';
import { StreamedFile } from './streamed-file.js';

/** The largest file that is held whole. */
export const heldFileBytesMax = 256 * 1024;

/** Paths of which is remembered what they led to. */
const pathsMax = 20_000;

/** A file may change so often while somebody tries to open it. */
const attemptsMax = 8;

const absent: Found = { kind: 'absent' };

export interface FolderSourceOptions {
  /** An existing folder; a final slash makes no difference. */
  readonly folder: string;
  readonly cache: ContentCache;
}

export class FolderSource implements FileSource {
  readonly #folder: BaseFolder;
  readonly #cache: ContentCache;
  readonly #tags = new ContentTags();
  /** What a path led to when it was last opened and found to lie inside. */
  readonly #seen = new RecentMap<string, FileIdentity>(pathsMax);

  constructor({ folder, cache }: FolderSourceOptions) {
    this.#folder = new BaseFolder(folder);
    this.#cache = cache;
  }

  /** Older versions there are none: a query says nothing to a folder. */
  async find(parts: PathParts): Promise<Found> {
    const held = await this.findHeld(parts);
    if (held !== undefined) return { kind: 'file', file: held };
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const found = await this.#open(parts);
      if (found !== 'changed') return found;
    }
    throw new SourceUnavailable('the file changes faster than it can be read');
  }

  /**
   * A file whose bytes are in the cache and that the file system, asked this moment, says to be
   * unchanged; undefined for all others, without a look at their bytes.
   */
  async findHeld(parts: PathParts): Promise<ServedFile | undefined> {
    const path = this.#folder.pathOf(parts);
    const seen = this.#seen.get(path);
    if (seen === undefined) return undefined;
    const stats = await this.#folder.stats(parts);
    if (stats === undefined || identityOf(stats) !== seen) {
      this.#seen.delete(path);
      return undefined;
    }
    const etag = this.#tags.known(seen);
    const bytes = etag === undefined ? undefined : this.#cache.peek(seen);
    return etag === undefined || bytes === undefined
      ? undefined
      : new HeldFile(bytes, { etag, modifiedMs: modifiedMsOf(stats) });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #open(parts: PathParts): Promise<Found | 'changed'> {
    const opened = await this.#folder.open(parts);
    if (opened.kind === 'absent') return absent;
    const { handle } = opened;
    if (opened.kind === 'folder') {
      await handle.close();
      return { kind: 'folder', folder: { list: () => listFolder(this.#folder, parts) } };
    }
    const { stats } = opened;
    let isHandedOn = false;
    try {
      const file =
        stats.size <= heldFileBytesMax
          ? await this.#hold(handle, stats)
          : await this.#stream(handle, stats);
      isHandedOn = file instanceof StreamedFile;
      if (file === 'changed') return file;
      this.#seen.set(this.#folder.pathOf(parts), identityOf(stats));
      return { kind: 'file', file };
    } catch (error) {
      // It was cut short between the look at its size and the read.
      if (error instanceof ContentLost) return 'changed';
      throw error;
    } finally {
      if (!isHandedOn) await handle.close();
    }
  }

  async #hold(handle: FileHandle, stats: BigIntStats): Promise<HeldFile> {
    const identity = identityOf(stats);
    const beganMs = Date.now();
    let made: string | undefined;
    const load = async (): Promise<Uint8Array> => {
      const bytes = await readFully(handle, 0, Number(stats.size));
      const after = await handle.stat({ bigint: true });
      if (identityOf(after) !== identity) throw new ContentLost('the file changed');
      made = this.#tags.known(identity) ?? tagOfBytes(bytes);
      this.#tags.remember(stats, beganMs, made);
      return bytes;
    };
    // Only of a file whose next change is sure to show may several readers share one reading.
    const isSettled = beganMs > unsettledUntilMs(stats);
    const bytes = isSettled ? await this.#cache.get(identity, load) : await load();
    const etag = made ?? this.#tags.known(identity) ?? tagOfBytes(bytes);
    return new HeldFile(bytes, { etag, modifiedMs: modifiedMsOf(stats) });
  }

  async #stream(handle: FileHandle, stats: BigIntStats): Promise<StreamedFile | 'changed'> {
    const etag = await this.#tags.tagOf(handle, stats);
    const after = await handle.stat({ bigint: true });
    if (identityOf(after) !== identityOf(stats)) return 'changed';
    return new StreamedFile(handle, { stats, etag, modifiedMs: modifiedMsOf(stats) });
  }
}

function modifiedMsOf({ mtimeNs }: BigIntStats): number {
  return Number(mtimeNs / 1_000_000n);
}
