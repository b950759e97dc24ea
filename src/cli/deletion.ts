/** How the map writes that a file was deleted: one word in place of its hashes (contract, 11). */
import type { FileInfo } from '../client/file-answers.js';

/** The hash list of a deletion. */
export const deletionHashlist = ['0'] as const;

/** Whether this version of a file is its deletion; other clients write the word as a number. */
export function isDeletion({ hashlist }: Pick<FileInfo, 'hashlist'>): boolean {
  return hashlist.length === 1 && String(hashlist[0]) === '0';
}
