/**
 * A block store on disk. A block is one file of bare bytes, named by its hash, in a folder named
 * by the first two digits of it, so that `sha256sum` can check it. It is written under another
 * name, synced and renamed: under a hash there is a whole block or none, whenever we are killed.
 * The time of a file's last change is when its block was last put or named as present.
 */
import { mkdir, open, readFile, readdir, rename, stat, unlink, utimes } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/file-refusal.js';
import { hashInTurns, isBlockHash } from '../blocks/block-hash.js';
import type { BlockHash } from '../blocks/block-hash.js';
import { BlockStoreError } from '../blocks/block-store.js';
import type { BlockStore, ReadBlock, StoredBlock } from '../blocks/block-store.js';
import { KeyLocks } from '../blocks/key-locks.js';
import { StorageError } from '../storage/storage.js';
import { translated } from './disk-error.js';
import { makeFolders } from './make-folders.js';
import { syncFolder } from './real-disk.js';

const asideFolderName = 'tmp';
const asidePattern = /^[0-9a-f]{64}\.\d+\.\d+$/;
const shardPattern = /^[0-9a-f]{2}$/;

/** No call can carry more; a larger file is no block, and is not read to find that out. */
const fileBytesMax = 64 * 1024 * 1024;

/** Files whose times are set or read side by side. */
const filesAtOnceMax = 16;

/** What the device or the file system says of a file whose bytes are gone. */
const errnosOfDamage: ReadonlySet<string> = new Set(['EIO', 'EISDIR', 'EUCLEAN', 'EBADMSG']);

export interface DiskBlockStoreOptions {
  /** Made when it is not there. One process uses it at a time: the caller sees to that. */
  readonly folder: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export class DiskBlockStore implements BlockStore {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #locks = new KeyLocks();
  /** Shards whose own names are durable in the folder. */
  readonly #durableShards = new Set<string>();
  #asideCount = 0;

  private constructor(options: DiskBlockStoreOptions) {
    this.#folder = options.folder;
    this.#now = options.now;
  }

  /** Removes what an earlier process left half written. Rejects with `BlockStoreError`. */
  static async open(options: DiskBlockStoreOptions): Promise<DiskBlockStore> {
    const aside = join(options.folder, asideFolderName);
    await onDisk('create', aside, () => makeFolders(aside));
    await onDisk('sync', options.folder, () => syncFolder(options.folder));
    const names = await onDisk('list', aside, () => readdir(aside));
    for (const name of names.filter((found) => asidePattern.test(found))) {
      const path = join(aside, name);
      await onDisk('remove', path, () => unlink(path));
    }
    return new DiskBlockStore(options);
  }

  put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    return this.#locks.run(hash, async () => {
      if (await this.#hasGood(hash, bytes)) await this.#touch(hash);
      else await this.#write(hash, bytes);
      // Also for a copy that was there: the process that renamed it may have ended before this.
      const shard = this.#shardOf(hash);
      await onDisk('sync', shard, () => syncFolder(shard));
    });
  }

  async get(hash: BlockHash): Promise<ReadBlock> {
    const read = await this.#read(hash);
    if (read.kind !== 'found' || (await hashInTurns(read.bytes)) === hash) return read;
    return { kind: 'damaged' };
  }

  async present(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    const found = new Set<BlockHash>();
    await inBatches([...new Set(hashes)], (hash) =>
      this.#locks.run(hash, async () => {
        if (await this.#touch(hash)) found.add(hash);
      }),
    );
    return found;
  }

  async list(after: string, limit: number): Promise<readonly StoredBlock[]> {
    const page: StoredBlock[] = [];
    for (const shard of await this.#shardsFrom(after.slice(0, 2))) {
      const hashes = await this.#hashesIn(shard, after);
      for (let next = 0; next < hashes.length && page.length < limit;) {
        const wanted = hashes.slice(next, next + limit - page.length);
        next += wanted.length;
        const described = await inBatches(wanted, (hash) => this.#describe(hash));
        page.push(...described.filter((block) => block !== undefined));
      }
      if (page.length >= limit) break;
    }
    return page;
  }

  remove(hash: BlockHash, minAgeMs: number): Promise<boolean> {
    return this.#locks.run(hash, async () => {
      const block = await this.#describe(hash);
      if (block === undefined || block.ageMs < minAgeMs) return false;
      const path = this.#pathOf(hash);
      const removed = await onDisk('remove', path, () => unlessMissing(() => unlink(path)));
      return removed !== 'missing';
    });
  }

  #shardOf(hash: string): string {
    return join(this.#folder, hash.slice(0, 2));
  }

  #pathOf(hash: BlockHash): string {
    return join(this.#shardOf(hash), hash);
  }

  /** The bytes as they are, their hash not looked at. */
  async #read(hash: BlockHash): Promise<ReadBlock> {
    const path = this.#pathOf(hash);
    return onDisk('read', path, async () => {
      try {
        const { size } = await stat(path);
        if (size > fileBytesMax) return { kind: 'damaged' };
        return { kind: 'found', bytes: await readFile(path) };
      } catch (error) {
        const errno = errnoOf(error);
        if (errno === 'ENOENT') return { kind: 'missing' };
        if (errno !== undefined && errnosOfDamage.has(errno)) return { kind: 'damaged' };
        throw error;
      }
    });
  }

  async #hasGood(hash: BlockHash, bytes: Uint8Array): Promise<boolean> {
    const read = await this.#read(hash);
    return read.kind === 'found' && Buffer.compare(read.bytes, bytes) === 0;
  }

  /** Makes the block young; false when it is not there. */
  async #touch(hash: BlockHash): Promise<boolean> {
    const path = this.#pathOf(hash);
    const seconds = this.#now() / 1000;
    const touched = await onDisk('touch', path, () =>
      unlessMissing(() => utimes(path, seconds, seconds)),
    );
    return touched !== 'missing';
  }

  async #write(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    this.#asideCount += 1;
    const asideName = `${hash}.${process.pid}.${this.#asideCount}`;
    const aside = join(this.#folder, asideFolderName, asideName);
    try {
      const handle = await onDisk('create', aside, () => open(aside, 'wx'));
      await onDisk('write', aside, () => writeDurably(handle, bytes, this.#now() / 1000));
      await this.#makeShard(hash);
      const path = this.#pathOf(hash);
      await onDisk('rename', path, () => rename(aside, path));
    } catch (error) {
      // It is removed when the store is opened again, if it cannot be now.
      await unlink(aside).catch(() => undefined);
      throw error;
    }
  }

  async #makeShard(hash: BlockHash): Promise<void> {
    const shard = this.#shardOf(hash);
    const made = await onDisk('create', shard, () => mkdir(shard, { recursive: true }));
    if (made === undefined && this.#durableShards.has(shard)) return;
    await onDisk('sync', this.#folder, () => syncFolder(this.#folder));
    this.#durableShards.add(shard);
  }

  async #shardsFrom(first: string): Promise<readonly string[]> {
    const names = await onDisk('list', this.#folder, () => readdir(this.#folder));
    return names.filter((name) => shardPattern.test(name) && name >= first).sort();
  }

  /** Only what we would have put there ourselves; everything else is not ours. */
  async #hashesIn(shard: string, after: string): Promise<readonly BlockHash[]> {
    const path = join(this.#folder, shard);
    const names = await onDisk('list', path, () => readdir(path));
    const hashes = names.filter(isBlockHash);
    return hashes.filter((name) => name.startsWith(shard) && name > after).sort();
  }

  async #describe(hash: BlockHash): Promise<StoredBlock | undefined> {
    const path = this.#pathOf(hash);
    const found = await onDisk('look at', path, () => unlessMissing(() => stat(path)));
    if (found === 'missing' || !found.isFile()) return undefined;
    // A clock that was set back makes nothing older.
    return { hash, bytes: found.size, ageMs: Math.max(0, this.#now() - found.mtimeMs) };
  }
}

async function writeDurably(handle: FileHandle, bytes: Uint8Array, seconds: number): Promise<void> {
  try {
    await handle.writeFile(bytes);
    await handle.utimes(seconds, seconds);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function unlessMissing<T>(action: () => Promise<T>): Promise<T | 'missing'> {
  try {
    return await action();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'missing';
    throw error;
  }
}

/** Runs the action on every item, some side by side; the results are in the items' order. */
async function inBatches<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += filesAtOnceMax) {
    const batch = items.slice(from, from + filesAtOnceMax);
    results.push(...(await Promise.all(batch.map(action))));
  }
  return results;
}

/** Runs a file operation whose refusal by the operating system is a refusal of the store. */
async function onDisk<T>(operation: string, file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await translated(operation, file, action);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new BlockStoreError(error.message, { cause: error });
  }
}
