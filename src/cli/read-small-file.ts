/**
 * Reads a file that somebody wrote by hand, whole, and no more of it than makes sense: a device
 * that never ends is refused, too.
 */
import { open } from 'node:fs/promises';

/** Why a file cannot be read, in words that follow "cannot be read: ". */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}

export interface SmallFile {
  readonly bytes: Buffer;
  /** The permission bits of its owner, its group and others. */
  readonly mode: number;
}

/** Rejects with `UnreadableFileError`, also when the file has more than `bytesMax` bytes. */
export async function readSmallFile(path: string, bytesMax: number): Promise<SmallFile> {
  try {
    const file = await open(path);
    try {
      const { mode } = await file.stat();
      const bytes = Buffer.alloc(bytesMax + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length);
        if (bytesRead === 0) break;
        length += bytesRead;
        if (length > bytesMax) throw new UnreadableFileError(`longer than ${bytesMax} bytes`);
      }
      return { bytes: bytes.subarray(0, length), mode };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof UnreadableFileError || !(error instanceof Error)) throw error;
    throw new UnreadableFileError(describeReason(error));
  }
}

function describeReason(error: Error): string {
  switch ('code' in error ? error.code : undefined) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a folder';
    default:
      return error.message;
  }
}
