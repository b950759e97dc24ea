/**
 * Where backups come from. What their bytes mean is for the source to say: the wire side knows no
 * file formats.
 */
import type { LogPosition } from '../raft/messages.js';

/** Bytes that a `BackupReader` may give at a time; no more of a backup waits to be sent. */
export const backupPieceBytesMax = 1024 * 1024;

export interface BackupSource {
  /** Freezes the state as it is now, which `position` of the log has made, and begins its file. */
  open(position: LogPosition): BackupReader;
}

export interface BackupReader {
  /**
   * The file's next bytes, 1 … `backupPieceBytesMax`; undefined when there are no more. Costs what
   * they cost to copy and to check: it must not stop the server for longer than some milliseconds.
   */
  next(): Uint8Array | undefined;

  /** Frees the frozen state. Called once, whether or not all has been read. */
  close(): void;
}
