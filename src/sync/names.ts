/**
 * Which names take part in a sync, and why the others do not (contract, section 12). Both sides
 * are judged alike, so that nothing is uploaded that another client could not write: only what is
 * told of it differs.
 *
 * Not judged here: links, special files, names that differ only in letter case or Unicode form on
 * a file system that takes them for one (`name-twins.ts`).
 */
import { fileNameBytesMax } from '../base/limits.js';
import { utf8Length } from '../base/utf8.js';
import { isConflictName } from './conflict-name.js';
import { partBytesMax } from './name-parts.js';

export interface SkippedName {
  /** For people, after the name: `the name has a backslash`. */
  readonly reason: string;
  /** Neither told nor counted. */
  readonly isSilent: boolean;
}

const indexName = 'index.txt';
const workFolder = '.surfraft';

/** What belongs to the sync itself, in the base folder. */
export const ownNames: readonly string[] = [indexName, workFolder];

/**
 * Why a file found in the folder is not synced; undefined when it is. The index and the work
 * folder are there after every sync, so nobody is told of them.
 */
export function skippedLocalName(name: string): SkippedName | undefined {
  const skipped = skippedName(name);
  if (skipped === undefined || skipped.isSilent) return skipped;
  const isOurs = name === indexName || name === workFolder || name.startsWith(`${workFolder}/`);
  return isOurs ? { ...skipped, isSilent: true } : skipped;
}

/**
 * Why a name from the cluster, or from an index that people may edit, is not touched; undefined
 * when it is a path that stays below the folder, as long as it leads through no link.
 */
export function refusedClusterName(name: string): SkippedName | undefined {
  return skippedName(name);
}

function skippedName(name: string): SkippedName | undefined {
  const reason = unfitText(name) ?? unfitParts(name.split('/'));
  if (reason !== undefined) return { reason, isSilent: false };
  if (isConflictName(name)) return { reason: 'it is a conflict copy', isSilent: true };
  return undefined;
}

function unfitText(name: string): string | undefined {
  if (/\p{Surrogate}/u.test(name)) return 'the name is not UTF-8';
  if (/\p{Control}/u.test(name)) return 'the name has control characters';
  if (name.includes('\\')) return 'the name has a backslash';
  if (name.startsWith('/')) return 'the name is absolute';
  if (utf8Length(name) > fileNameBytesMax) {
    return `the name is longer than ${fileNameBytesMax} bytes`;
  }
  return undefined;
}

function unfitParts(parts: readonly string[]): string | undefined {
  const [first] = parts;
  if (parts.includes('')) return 'the name has an empty part';
  if (parts.includes('.') || parts.includes('..')) return 'the name has a part "." or ".."';
  // A folder of that name would leave no place for the index.
  if (first === indexName) return `${indexName} is the index of the folder`;
  if (first === workFolder) return `${workFolder} is the sync's own folder`;
  if (parts.some((part) => utf8Length(part) > partBytesMax)) {
    return `a part of the name is longer than ${partBytesMax} bytes`;
  }
  return undefined;
}
