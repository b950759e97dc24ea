/**
 * Backups as snapshot files (docs/storage-format.md), made while they are read. Each has a random
 * folder of its own in its header: it belongs to no server's data.
 */
import { randomBytes } from 'node:crypto';
import type { ServerId } from '../base/ids.js';
import { crc32c } from '../base/crc32c.js';
import { Fifo } from '../base/fifo.js';
import type { StateSnapshot } from '../base/state-machine.js';
import type { LogPosition } from '../raft/messages.js';
import type { BackupReader, BackupSource } from '../rpc/backup-source.js';
import { ImageCutter } from '../storage/image-cutter.js';
import {
  encodeBlock,
  encodeImageEnd,
  encodeSnapshotHeader,
  snapshotBlockBytes,
  snapshotSeed,
  type SnapshotHeader,
} from '../storage/snapshot-format.js';

export interface SnapshotBackupsOptions {
  readonly clusterId: string;
  readonly serverId: ServerId;
  /** Freezes the state as it is applied now. */
  readonly freeze: () => StateSnapshot;
}

export class SnapshotBackups implements BackupSource {
  readonly #options: SnapshotBackupsOptions;

  constructor(options: SnapshotBackupsOptions) {
    this.#options = options;
  }

  open(position: LogPosition): BackupReader {
    const { clusterId, serverId, freeze } = this.#options;
    const folderId = randomBytes(16).toString('hex');
    const identity = { clusterId, serverId, folderId };
    return new SnapshotFile({ identity, position, blockBytes: snapshotBlockBytes }, freeze());
  }
}

/** The bytes of one snapshot file, a frame or its header at a time. */
class SnapshotFile implements BackupReader {
  readonly #snapshot: StateSnapshot;
  readonly #cutter = new ImageCutter(snapshotBlockBytes);
  readonly #seed: number;
  /** What is ready. As a block is cut as soon as it is full, two frames at most. */
  readonly #ready = new Fifo<Uint8Array>();
  #imageBytes = 0;
  #imageChecksum = crc32c(new Uint8Array());
  #isWhole = false;

  constructor(header: SnapshotHeader, snapshot: StateSnapshot) {
    this.#snapshot = snapshot;
    this.#seed = snapshotSeed(header);
    this.#ready.push(encodeSnapshotHeader(header));
  }

  next(): Uint8Array | undefined {
    while (this.#ready.size === 0 && !this.#isWhole) this.#readOn();
    return this.#ready.shift();
  }

  close(): void {
    this.#snapshot.close();
  }

  #readOn(): void {
    const image = this.#snapshot.next(snapshotBlockBytes);
    if (image !== undefined) {
      for (const block of this.#cutter.cut(image)) this.#addBlock(block);
      return;
    }
    const rest = this.#cutter.rest();
    if (rest !== undefined) this.#addBlock(rest);
    const end = { imageBytes: this.#imageBytes, imageChecksum: this.#imageChecksum };
    this.#ready.push(encodeImageEnd(this.#seed, end));
    this.#isWhole = true;
  }

  #addBlock(block: Uint8Array): void {
    this.#ready.push(encodeBlock(this.#seed, this.#imageBytes, block));
    this.#imageBytes += block.length;
    this.#imageChecksum = crc32c(block, this.#imageChecksum);
  }
}
