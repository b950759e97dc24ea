/** Finds out which names a file system takes for one, by writing one and looking for the others. */
import { randomBytes } from 'node:crypto';
import { lstat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/file-refusal.js';
import { told } from './folder-failure.js';
import type { NameFolding } from './name-twins.js';

export const tellsAllApart: NameFolding = { letterCase: false, unicodeForm: false };

/** `prefix`: of names in the folder that a later run cleans away, should this one be killed. */
export async function probeFolding(folder: string, prefix: string): Promise<NameFolding> {
  const name = `${prefix}${randomBytes(8).toString('hex')}-probe-`;
  const path = join(folder, `${name}\u00e9`);
  return told('write', path, async () => {
    await writeFile(path, '', { flag: 'wx' });
    try {
      return {
        letterCase: await isThere(join(folder, `${name.toUpperCase()}\u00e9`)),
        unicodeForm: await isThere(join(folder, `${name}e\u0301`)),
      };
    } finally {
      await unlink(path);
    }
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
