/**
 * A folder and those above it that are missing. Node's own `mkdir` with `recursive` tries for ever
 * where a file system says "no such folder" of a name in a folder that is there, as `/proc` does.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errnoOf } from '../base/file-refusal.js';

/**
 * Resolves with the topmost folder that was made, undefined when all were there. Rejects with what
 * the operating system says when it refuses.
 */
export async function makeFolders(path: string): Promise<string | undefined> {
  const folder = resolve(path);
  const parent = dirname(folder);
  const answer = await makeOne(folder);
  if (answer !== 'parentMissing') return answer === 'made' ? folder : undefined;
  const made = await makeFolders(parent);
  const again = await makeOne(folder, 'parentExpected');
  return made ?? (again === 'made' ? folder : undefined);
}

async function makeOne(
  folder: string,
  parent: 'parentExpected' | 'parentUnknown' = 'parentUnknown',
): Promise<'made' | 'there' | 'parentMissing'> {
  try {
    await mkdir(folder);
    return 'made';
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' && parent === 'parentUnknown') return 'parentMissing';
    // Read-only file systems and roots say other things of a folder that is there.
    if (errno !== 'ENOENT' && (await isFolder(folder))) return 'there';
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
