/**
 * What the wire side reads of the applied file-info map. `FileMap` has this shape; naming it here
 * keeps everything that could change the map out of reach.
 */
import type { FileCommand, FileInfo } from '../files/file-command.js';

export interface FileReader {
  /** Files ever seen, deleted ones included. */
  readonly size: number;
  /** The file, or undefined when it was never seen. */
  get(name: string): FileInfo | undefined;
  /** All files, deleted ones included. */
  entries(): Iterable<readonly [string, FileInfo]>;
  /** Up to `limit` files with names after `afterName`, in order of code points. */
  page(
    afterName: string,
    limit: number,
  ): {
    readonly files: readonly (readonly [string, FileInfo])[];
    readonly more: boolean;
  };
  /** Why these bytes are no command, or undefined when they are one. */
  findMistake(payload: Uint8Array): string | undefined;
  /** The command in a log entry's payload. */
  decode(payload: Uint8Array): FileCommand;
}
