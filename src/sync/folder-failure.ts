/** What the operating system refuses becomes a `FolderError`, once, at the edge. */
import { refusalText } from '../base/file-refusal.js';
import { FolderError } from './folder.js';

/** Runs a file operation; rejects with a `FolderError` in words when it is refused. */
export async function told<T>(
  operation: string,
  file: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const text = refusalText(operation, file, error);
    throw text === undefined ? error : new FolderError(text, { cause: error });
  }
}
