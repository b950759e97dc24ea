/** What the operating system refuses becomes a `StorageError`, once, at the edge. */
import { refusalText } from '../base/file-refusal.js';
import { StorageError } from '../storage/storage.js';

/** Runs a file operation; rejects with a `StorageError` in words when it is refused. */
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
  const text = refusalText(operation, file, error);
  return text === undefined ? error : new StorageError(text, { cause: error });
}
