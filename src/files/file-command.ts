/**
 * The words of the file-info map: its commands, what comes of them, and what it stores.
 */

/** One item of a hash list, kept exactly as the client gave it. `bigint` only beyond ±2^53. */
export type HashItem = string | number | bigint;

/** `updatefile`: make `version`, which must be the current version + 1, consist of these blocks. */
export interface UpdateFile {
  readonly type: 'updatefile';
  /** 1 … `fileNameBytesMax` bytes of UTF-8. */
  readonly name: string;
  /** As given; only a safe integer ≥ 1 can ever be right. */
  readonly version: number | bigint;
  readonly hashlist: readonly HashItem[];
  /** Makes a retry of an update that took effect take effect once. */
  readonly requestId: string | undefined;
  /**
   * When the leader took the call, by its wall clock: ms since 1970, 0 when that is not known. It
   * is no argument: a retry may come with another one.
   */
  readonly timeMs: number;
}

/** A version of a file. */
export interface FileVersion {
  readonly name: string;
  /** 1 or more. */
  readonly version: number;
}

/** `forgetversions`: keep these older versions no longer. The others it names mean nothing. */
export interface ForgetVersions {
  readonly type: 'forgetversions';
  /** `forgottenAtOnceMax` at most. */
  readonly versions: readonly FileVersion[];
}

export type FileCommand = UpdateFile | ForgetVersions;

export type UpdateResult =
  /** It took effect, now or (same request id, same arguments) before. */
  | 'updated'
  /** `version` is not the current version + 1; nothing changed. */
  | 'versionConflict'
  /** The request id belongs to an update with other arguments; nothing changed. */
  | 'requestIdReused';

/** A file as the map knows it; a deletion is a version whose hash list is `["0"]` or `[0]`. */
export interface FileInfo {
  readonly version: number;
  readonly hashlist: readonly HashItem[];
}

/** The same with the time of the command that made it. */
export interface TimedFileInfo extends FileInfo {
  readonly timeMs: number;
}
