/**
 * The snapshots of one folder while a server runs: which is the newest, who reads one, and which
 * may go. A snapshot counts from the moment when its final name is durable; only then do older
 * ones go, and none that somebody reads.
 */
import type { FolderIdentity } from '../base/folder-identity.js';
import { asLogIndex } from '../base/ids.js';
import type { LogIndex } from '../base/ids.js';
import type { LogPosition } from '../raft/messages.js';
import type { Disk } from './disk.js';
import { snapshotAsideName, snapshotName } from './file-names.js';
import { SnapshotFileReader, SnapshotFileWriter } from './snapshot-file.js';
import { snapshotBlockBytes } from './snapshot-format.js';
import { StorageDamagedError, StorageError } from './storage.js';
import type { SnapshotReader, SnapshotWriter } from './storage.js';

export interface SnapshotStoreParts {
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  /** Index of the newest snapshot on disk; 0 when there is none. */
  readonly newest: LogIndex;
  readonly onCommit: () => void;
}

export class SnapshotStore {
  readonly #disk: Disk;
  readonly #identity: FolderIdentity;
  readonly #onCommit: () => void;
  #newest: LogIndex;
  /** Those on disk under their final names, and how many read each of them. */
  readonly #readers = new Map<LogIndex, number>();
  readonly #writers = new Set<StoredSnapshotWriter>();
  #writersMade = 0;
  /** Renames and removals happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(parts: SnapshotStoreParts) {
    this.#disk = parts.disk;
    this.#identity = parts.identity;
    this.#onCommit = parts.onCommit;
    this.#newest = parts.newest;
    if (parts.newest > 0) this.#readers.set(parts.newest, 0);
  }

  /** Index of the newest snapshot that was committed; 0 before the first. */
  get newest(): LogIndex {
    return this.#newest;
  }

  create(position: LogPosition, configuration: Uint8Array): SnapshotWriter {
    this.#writersMade += 1;
    const name = snapshotAsideName(position.index, this.#writersMade);
    const header = {
      identity: this.#identity,
      ...{ position, configuration, blockBytes: snapshotBlockBytes },
    };
    const writer = new StoredSnapshotWriter({
      file: new SnapshotFileWriter(this.#disk, name, header),
      commit: () => this.#inTurn(() => this.#commit(name, position.index)),
      remove: async () => {
        if ((await this.#disk.size(name)) !== undefined) await this.#disk.remove(name);
      },
      isOpen: () => !this.#isClosed,
      onEnd: () => this.#writers.delete(writer),
    });
    this.#writers.add(writer);
    return writer;
  }

  async open(): Promise<SnapshotReader | undefined> {
    if (this.#newest === 0) return undefined;
    const index = this.#newest;
    this.#countReader(index, 1);
    const onClose = async () => {
      this.#countReader(index, -1);
      await this.#inTurn(() => this.#removeOlder());
    };
    try {
      const reader = await SnapshotFileReader.open(this.#disk, snapshotName(index), onClose);
      if (reader === undefined) throw new StorageError(`${snapshotName(index)} is gone`);
      return reader;
    } catch (error) {
      this.#countReader(index, -1);
      if (!(error instanceof StorageDamagedError)) throw error;
      throw new StorageError(error.message, { cause: error });
    }
  }

  /** Gives up what is being written. Never rejects: what is left is removed at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#writers].map((writer) => writer.stop()));
    await this.#turn;
  }

  /** One that is older than the newest says nothing that is not known. */
  async #commit(asideName: string, index: LogIndex): Promise<void> {
    if (index < this.#newest) {
      await this.#disk.remove(asideName);
      return;
    }
    await this.#disk.rename(asideName, snapshotName(index));
    this.#countReader(index, 0);
    await this.#disk.syncFolder();
    this.#newest = asLogIndex(Math.max(this.#newest, index));
    this.#onCommit();
    await this.#removeOlder();
  }

  /** What cannot be removed now is tried again with the next snapshot, and at the next start. */
  async #removeOlder(): Promise<void> {
    for (const [index, readers] of this.#readers) {
      if (index >= this.#newest || readers > 0 || this.#isClosed) continue;
      try {
        await this.#disk.remove(snapshotName(index));
        this.#readers.delete(index);
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
      }
    }
  }

  #countReader(index: LogIndex, change: number): void {
    this.#readers.set(index, (this.#readers.get(index) ?? 0) + change);
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(action);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

interface StoredSnapshotWriterParts {
  readonly file: SnapshotFileWriter;
  /** Gives the file, whose contents are durable, its final name. */
  readonly commit: () => Promise<void>;
  readonly remove: () => Promise<void>;
  /** Whether the storage is not closed yet. */
  readonly isOpen: () => boolean;
  readonly onEnd: () => void;
}

class StoredSnapshotWriter implements SnapshotWriter {
  readonly #parts: StoredSnapshotWriterParts;
  #turn: Promise<unknown> = Promise.resolve();
  #isEnded = false;

  constructor(parts: StoredSnapshotWriterParts) {
    this.#parts = parts;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#parts.file.write(bytes));
  }

  commit(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#parts.file.finish();
      await this.#parts.commit();
      this.#end();
    });
  }

  async abandon(): Promise<void> {
    await this.#turn;
    if (this.#isEnded) return;
    this.#end();
    await this.#parts.file.close();
    await this.#parts.remove();
  }

  /** For a storage that is closed. Never rejects. */
  async stop(): Promise<void> {
    await this.#turn;
    if (this.#isEnded) return;
    this.#end();
    await this.#parts.file.close().catch(ignoreStorageError);
    await this.#parts.remove().catch(ignoreStorageError);
  }

  #end(): void {
    this.#isEnded = true;
    this.#parts.onEnd();
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(() => {
      if (!this.#parts.isOpen()) throw new StorageError('the storage is closed');
      if (this.#isEnded) throw new StorageError('the snapshot was given up');
      return action();
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Whoever gives a file up has no use for the reason why it cannot be given up. */
function ignoreStorageError(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}
