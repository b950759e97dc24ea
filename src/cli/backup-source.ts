/**
 * Makes a backup's file of a state machine's snapshot: the bytes that a snapshot file on disk would
 * have (docs/storage-format.md), piece by piece.
 *
 * Each has a random folder of its own in its header. The server's own stays secret: who knows it
 * could send text that passes for a frame of the server's log.
 */
import { randomBytes } from 'node:crypto';
import { crc32c } from '../base/crc32c.js';
import type { FolderIdentity } from '../base/folder-identity.js';
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
} from '../storage/snapshot-format.js';

export class StateBackupSource implements BackupSource {
  readonly #identity: FolderIdentity;
  readonly #freeze: () => StateSnapshot;

  /** `freeze` takes a snapshot of the state as it is when it is called. */
  constructor(identity: FolderIdentity, freeze: () => StateSnapshot) {
    this.#identity = identity;
    this.#freeze = freeze;
  }

  open(position: LogPosition): BackupReader {
    const identity = { ...this.#identity, folderId: randomBytes(16).toString('hex') };
    const header = { identity, position, blockBytes: snapshotBlockBytes };
    const snapshot = this.#freeze();
    const pieces = pieceByPiece(snapshot, encodeSnapshotHeader(header), snapshotSeed(header));
    return {
      next: () => {
        const { value } = pieces.next();
        return value instanceof Uint8Array ? value : undefined;
      },
      close: () => {
        snapshot.close();
      },
    };
  }
}

function* pieceByPiece(
  snapshot: StateSnapshot,
  header: Uint8Array,
  seed: number,
): Generator<Uint8Array, void> {
  yield header;
  const cutter = new ImageCutter(snapshotBlockBytes);
  let [imageBytes, imageChecksum] = [0, 0];
  const encode = (image: Uint8Array): Uint8Array => {
    const block = encodeBlock(seed, imageBytes, image);
    imageBytes += image.length;
    imageChecksum = crc32c(image, imageChecksum);
    return block;
  };
  for (;;) {
    const bytes = snapshot.next(snapshotBlockBytes);
    if (bytes === undefined) break;
    for (const image of cutter.cut(bytes)) yield encode(image);
  }
  const rest = cutter.rest();
  if (rest !== undefined) yield encode(rest);
  yield encodeImageEnd(seed, { imageBytes, imageChecksum });
}
