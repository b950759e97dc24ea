/** What the operating system says when it refuses a file operation, in words. */

const meanings: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EDQUOT', 'disk quota used up'],
  ['EEXIST', 'it exists and is something else'],
  ['EFBIG', 'larger than the file system allows'],
  ['EIO', 'the device failed'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'it is a symbolic link'],
  ['EMFILE', 'too many open files'],
  ['ENAMETOOLONG', 'the name is too long for the file system'],
  ['ENFILE', 'too many open files'],
  ['ENOENT', 'no such file or folder'],
  ['ENOSPC', 'disk full'],
  ['ENOTDIR', 'it is not a folder'],
  ['EPERM', 'operation not permitted'],
  ['EROFS', 'the file system is read-only'],
]);

/** "cannot `operation` `file`: meaning (errno)"; undefined for an error that is no refusal. */
export function refusalText(operation: string, file: string, error: unknown): string | undefined {
  const errno = errnoOf(error);
  if (errno === undefined) return undefined;
  const meaning = meanings.get(errno) ?? 'the operating system refused';
  return `cannot ${operation} ${file}: ${meaning} (${errno})`;
}

/** The errno name of an operating-system error; undefined for every other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
