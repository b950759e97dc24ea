/** Puts what the operating system says about a file into words, once, at the edge. */
import { StorageError } from '../storage/storage.js';

const meanings: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EDQUOT', 'disk quota used up'],
  ['EEXIST', 'it exists and is something else'],
  ['EFBIG', 'larger than the file system allows'],
  ['EIO', 'the device failed'],
  ['EISDIR', 'it is a folder'],
  ['EMFILE', 'too many open files'],
  ['ENFILE', 'too many open files'],
  ['ENOENT', 'no such file or folder'],
  ['ENOSPC', 'disk full'],
  ['ENOTDIR', 'it is not a folder'],
  ['EPERM', 'operation not permitted'],
  ['EROFS', 'the file system is read-only'],
]);

/** Runs a file operation; "cannot `operation` `file`: meaning (errno)" when it is refused. */
export async function translated<T>(
  operation: string,
  file: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw translatedError(operation, file, error);
  }
}

/** What is to be thrown for `error`: itself, unless the operating system refused `operation`. */
export function translatedError<E>(operation: string, file: string, error: E): E | StorageError {
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  const meaning = meanings.get(errno) ?? 'the operating system refused';
  return new StorageError(`cannot ${operation} ${file}: ${meaning} (${errno})`, { cause: error });
}

/** The errno name of an operating-system error; undefined for every other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
