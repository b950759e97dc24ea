/**
 * Reads the file of `--secret-file`. What is wrong with it is a `UsageError` that names the file
 * and never shows what is in it.
 */
import { ClusterSecret } from '../rpc/cluster-secret.js';
import { describeOpenMode } from './describe-open-mode.js';
import { readSmallFile, UnreadableFileError } from './read-small-file.js';
import { UsageError } from './usage-error.js';

export const secretCharactersMax = 1_024;

/** The secret, and room for white space round it. */
const secretFileBytesMax = 2 * secretCharactersMax;

export interface SecretFile {
  readonly secret: ClusterSecret;
  /** What whoever runs the server should mend, for its log. */
  readonly warnings: readonly string[];
}

export async function readSecretFile(path: string): Promise<SecretFile> {
  const { bytes, mode } = await readFile(path);
  const text = bytes.toString('latin1').trim();
  if (text === '') throw new UsageError(`--secret-file ${path} is empty; expected ${expected}`);
  if (text.length > secretCharactersMax) {
    throw new UsageError(
      `--secret-file ${path} has ${text.length} characters; expected ${expected}`,
    );
  }
  if (!/^[!-~]+$/.test(text)) {
    throw new UsageError(`--secret-file ${path} has other characters; expected ${expected}`);
  }
  const warning = describeOpenMode(`--secret-file ${path}`, mode);
  return { secret: new ClusterSecret(text), warnings: warning === undefined ? [] : [warning] };
}

const expected = `1 to ${secretCharactersMax} visible ASCII characters`;

async function readFile(path: string): ReturnType<typeof readSmallFile> {
  try {
    return await readSmallFile(path, secretFileBytesMax);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new UsageError(
      `--secret-file ${path} cannot be read: ${error.message}; expected a file with a secret`,
    );
  }
}
