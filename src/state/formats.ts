/**
 * The formats of what is logged and of images, numbered by the programs that can read them: each
 * program reads all up to its newest. What is new in a format is in docs/storage-format.md.
 */
import { unreachable } from '../base/assert.js';
import type { FileCommand } from '../files/file-command.js';
import type { SiteCommand } from '../site/site-command.js';

/** 1: updates without a time. 2: with one, and older versions are kept. 3: the site. */
export type Format = 1 | 2 | 3;
/** 0: nothing was written yet that any program could lack the format for. */
export type FormatInUse = 0 | Format;

export const formats: readonly Format[] = [1, 2, 3];
export const newestFormat = 3 satisfies Format;

/** Which formats may be logged now. */
export interface FormatLimit {
  /** The newest that may be logged, where the applied state is in `inUse`. */
  allowed(inUse: FormatInUse): Format;
  /** Why `needed` may not be. */
  whyNot(needed: Format): string;
}

/** The format that a command has in its newest form. */
export function commandFormat(type: (FileCommand | SiteCommand)['type']): Format {
  return isOfSite(type) ? 3 : 2;
}

/** Whether commands of this type are for the site; the others are for the files. */
export function isOfSite(type: (FileCommand | SiteCommand)['type']): type is SiteCommand['type'] {
  switch (type) {
    case 'updatefile':
    case 'forgetversions':
      return false;
    case 'signUp':
    case 'logIn':
    case 'logOut':
    case 'endSessions':
    case 'post':
    case 'like':
    case 'comment':
      return true;
    default:
      return unreachable(type);
  }
}
