/** Reads a stretch of an open file whole: the system may give less than it is asked for. */
import type { FileHandle } from 'node:fs/promises';
import { ContentLost, SourceUnavailable } from './file-source.js';

/**
 * The bytes from `start` up to `end`. Rejects with `ContentLost` when the file ends before, and
 * with `SourceUnavailable` when the disk fails.
 */
export async function readFully(
  handle: FileHandle,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(end - start);
  for (let filled = 0; filled < bytes.length;) {
    const bytesRead = await readSome(handle, bytes, { filled, position: start + filled });
    if (bytesRead === 0) throw new ContentLost(`the file ends at byte ${start + filled}`);
    filled += bytesRead;
  }
  return bytes;
}

async function readSome(
  handle: FileHandle,
  bytes: Uint8Array,
  { filled, position }: { readonly filled: number; readonly position: number },
): Promise<number> {
  try {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, position);
    return bytesRead;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new SourceUnavailable(`the disk refuses to read: ${(error as Error).message}`);
  }
}
