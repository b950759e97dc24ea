/**
 * Reads the file of a key that a master and workers on other machines share. What is wrong with it
 * is a `UsageError` that names the file and never shows what is in it.
 */
import { describeOpenMode } from './describe-open-mode.js';
import { readSmallFile, UnreadableFileError } from './read-small-file.js';
import { UsageError } from './usage-error.js';

const charactersMin = 16;
const charactersMax = 1_024;
const expected = `${charactersMin} to ${charactersMax} visible ASCII characters`;

export interface ShareKeyFile {
  readonly secret: string;
  /** What whoever runs the gateway should mend, for its log. */
  readonly warnings: readonly string[];
}

/** `where` names the option or key in messages. */
export async function readShareKey(where: string, path: string): Promise<ShareKeyFile> {
  try {
    const { bytes, mode } = await readSmallFile(path, 2 * charactersMax);
    const text = bytes.toString('latin1').trim();
    if (!/^[!-~]*$/.test(text) || text.length < charactersMin || text.length > charactersMax) {
      throw new UsageError(`${where} ${path} holds no key; expected ${expected}`);
    }
    const warning = describeOpenMode(`${where} ${path}`, mode);
    return { secret: text, warnings: warning === undefined ? [] : [warning] };
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new UsageError(`${where} ${path} cannot be read: ${error.message}; expected a key`);
  }
}
