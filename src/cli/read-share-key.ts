/**
 * Reads the file of a key that a master and workers on other machines share. What is wrong with it
 * is a `UsageError` that names the file and never shows what is in it.
 */
import { readSmallFile, UnreadableFileError } from './read-small-file.js';
import { UsageError } from './usage-error.js';

const charactersMin = 16;
const charactersMax = 1_024;
const expected = `${charactersMin} to ${charactersMax} visible ASCII characters`;

/** `where` names the option or key in messages. */
export async function readShareKey(where: string, path: string): Promise<string> {
  try {
    const { bytes } = await readSmallFile(path, 2 * charactersMax);
    const text = bytes.toString('latin1').trim();
    if (!/^[!-~]*$/.test(text) || text.length < charactersMin || text.length > charactersMax) {
      throw new UsageError(`${where} ${path} holds no key; expected ${expected}`);
    }
    return text;
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new UsageError(`${where} ${path} cannot be read: ${error.message}; expected a key`);
  }
}
