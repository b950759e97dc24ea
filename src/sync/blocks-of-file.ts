/** How many blocks a file may have: an update names them all, in one call. */
import { callBodyBytesMax } from '../base/limits.js';

/** A hash in a list, with its tags. */
const bytesOfHash = 15 + 64 + 17;
/** For the longest name with every character escaped, and all else. */
const bytesOfRest = 64 * 1024;

export const blocksOfFileMax = Math.floor((callBodyBytesMax - bytesOfRest) / bytesOfHash);

/** What is wrong with cutting a file of this size into such blocks; undefined when nothing is. */
export function tooManyBlocks(sizeBytes: number, blockBytes: number): string | undefined {
  const blocks = Math.ceil(sizeBytes / blockBytes);
  if (blocks <= blocksOfFileMax) return undefined;
  const least = Math.ceil(sizeBytes / blocksOfFileMax);
  return (
    `it has ${blocks} blocks of ${blockBytes} bytes, and one update carries at most ` +
    `${blocksOfFileMax}; blocks of ${least} bytes or more will do`
  );
}
