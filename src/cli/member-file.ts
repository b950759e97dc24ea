/**
 * The configuration file of a cluster whose members have changed: what is to be written into it,
 * and writing it in place, as a whole or not at all.
 */
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { editMembers, type CurrentMembers, type EditedConfig } from '../config/edit-members.js';
import { parseClusterConfig } from '../config/parse-cluster-config.js';
import { readClusterText } from './read-cluster-config.js';
import { StartError } from './start-error.js';
import { UsageError } from './usage-error.js';

/** What the file at `path` would be; throws `UsageError` when it is none. */
export async function editMemberFile(path: string, current: CurrentMembers): Promise<EditedConfig> {
  const text = await readClusterText(path);
  const parsed = parseClusterConfig(text, path);
  if (parsed.kind === 'error') throw new UsageError(parsed.errors.join('\n'));
  return editMembers(text, parsed.config, current);
}

/** Throws `StartError`, also for a text that would be no configuration; then nothing is changed. */
export async function writeMemberFile(path: string, { text }: EditedConfig): Promise<void> {
  const parsed = parseClusterConfig(text, path);
  if (parsed.kind === 'error') {
    throw new StartError(`${path} is not written, it would be wrong: ${parsed.errors.join('; ')}`);
  }
  try {
    // A link stays one.
    const file = await realpath(path);
    const aside = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
    await writeBeside(file, aside, text);
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new StartError(`${path} is not written: ${error.message}`);
  }
}

async function writeBeside(file: string, aside: string, text: string): Promise<void> {
  const { mode } = await stat(file);
  try {
    const handle = await open(aside, 'wx', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
