/**
 * What the wire side reads of the applied file-info map. `FileMap` has this shape; naming it here
 * keeps everything that could change the map out of reach.
 */
import type { FileInfo } from '../files/file-command.js';
import type { FileVersions, VersionsPlace } from '../files/file-versions.js';
import type { FrozenFiles, LongFile } from '../files/frozen-files.js';
import type { VersionsPage, VersionsPageLimits } from '../files/versions-page.js';

export interface FileReader {
  /** Files ever seen, deleted ones included. */
  readonly size: number;
  /** The file, or undefined when it was never seen. */
  get(name: string): FileInfo | undefined;
  /** The same as it is now, if it takes more than `bytesMax` in memory. */
  viewLong(name: string, bytesMax: number): LongFile | undefined;
  /** All files as they are now; the same view until one of them changes. */
  freeze(): FrozenFiles;
  /**
   * The numbers, in such a view, of up to `limit` files with names after `afterName`, in order of
   * code points.
   */
  numbersAfter(afterName: string, limit: number): Uint32Array;
  /** All versions of a file as they are now, the current one first; undefined for a new name. */
  viewVersions(name: string): FileVersions | undefined;
  /** The next versions behind a place, of all files, as they are now. */
  versionsAfter(place: VersionsPlace, limits: VersionsPageLimits): VersionsPage;
}
