/** Puts what the operating system says about a file of the folder into words, once, at the edge. */
import { FolderError } from './folder.js';

const meanings: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EDQUOT', 'disk quota used up'],
  ['EFBIG', 'larger than the file system allows'],
  ['EIO', 'the device failed'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'it is a symbolic link'],
  ['EMFILE', 'too many open files'],
  ['ENAMETOOLONG', 'the name is too long for the file system'],
  ['ENOENT', 'no such file or folder'],
  ['ENOSPC', 'disk full'],
  ['ENOTDIR', 'it is not a folder'],
  ['EPERM', 'operation not permitted'],
  ['EROFS', 'the file system is read-only'],
]);

/** Runs a file operation; "cannot `operation` `file`: meaning (errno)" when it is refused. */
export async function told<T>(
  operation: string,
  file: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    const meaning = meanings.get(errno) ?? 'the operating system refused';
    throw new FolderError(`cannot ${operation} ${file}: ${meaning} (${errno})`, { cause: error });
  }
}

/** The errno name of an operating-system error; undefined for every other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
