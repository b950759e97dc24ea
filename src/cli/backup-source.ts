/**
 * Makes a backup's file of a state machine's snapshot: the bytes that a snapshot file on disk would
 * have (docs/storage-format.md), piece by piece.
 *
 * Each has a random folder of its own in its header. The server's own stays secret: who knows it
 * could send text that passes for a frame of the server's log.
 */
import type { ServerId } from '../base/ids.js';
import type { StateSnapshot } from '../base/state-machine.js';
import { randomDigits } from '../io/random-digits.js';
import type { LogPosition } from '../raft/messages.js';
import type { BackupReader, BackupSource } from '../rpc/backup-source.js';
import { SnapshotEncoder } from '../storage/snapshot-encoder.js';
import { snapshotBlockBytes } from '../storage/snapshot-format.js';

export interface BackedUpServer {
  readonly clusterId: string;
  readonly serverId: ServerId;
}

export class StateBackupSource implements BackupSource {
  readonly #server: BackedUpServer;
  readonly #freeze: () => StateSnapshot;

  /** `freeze` takes a snapshot of the state as it is when it is called. */
  constructor(server: BackedUpServer, freeze: () => StateSnapshot) {
    this.#server = server;
    this.#freeze = freeze;
  }

  open(position: LogPosition): BackupReader {
    const identity = { ...this.#server, folderId: randomDigits() };
    // Whoever restores it begins with the servers of a configuration file.
    const configuration = new Uint8Array();
    const header = { identity, position, configuration, blockBytes: snapshotBlockBytes };
    const snapshot = this.#freeze();
    const pieces = pieceByPiece(snapshot, new SnapshotEncoder(header));
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
  encoder: SnapshotEncoder,
): Generator<Uint8Array, void> {
  yield encoder.header;
  for (;;) {
    const bytes = snapshot.next(snapshotBlockBytes);
    if (bytes === undefined) break;
    yield* encoder.add(bytes);
  }
  yield* encoder.end();
}
