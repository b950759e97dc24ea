/**
 * One process at a time may use a folder. The lock is an empty file that names its holder: process
 * id, and when that process started, so that the number's next owner is not taken for the holder.
 * A holder that was killed holds nothing; its file is removed by whoever comes next.
 *
 * Each process makes its own file first and looks for others then. Of two that come in the same
 * moment at least one sees the other, so two can never both hold the lock; both may be refused.
 * Processes that cannot see each other (containers, other machines) are not kept apart.
 */
import { open, readFile, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/file-refusal.js';
import { must } from '../base/assert.js';
import { translated } from './disk-error.js';

export type LockOutcome =
  | { readonly kind: 'locked'; release(): Promise<void> }
  | { readonly kind: 'held'; readonly processId: number };

/** When a process started, in words that no other process with its id shares. */
type StartMark = string;

const lockPattern = /^lock-(\d{1,10})-([0-9a-f]+(?:\.\d+)?)$/;
/** Where the system does not tell when a process started. */
const unknownStart: StartMark = '0';

export function isLockName(name: string): boolean {
  return lockPattern.test(name);
}

/** Takes the lock of a folder, if no other living process holds it. */
export async function lockFolder(folder: string): Promise<LockOutcome> {
  const start = must(await startOf(process.pid), 'this process is alive');
  const own = `lock-${process.pid}-${start}`;
  if (!(await createNew(join(folder, own)))) return { kind: 'held', processId: process.pid };
  const release = () => removeIfThere(join(folder, own));
  for (const name of await translated('list', folder, () => readdir(folder))) {
    const match = lockPattern.exec(name);
    if (match === null || name === own) continue;
    const processId = Number(match[1]);
    if ((await startOf(processId)) === match[2]) {
      await release();
      return { kind: 'held', processId };
    }
    await removeIfThere(join(folder, name));
  }
  return { kind: 'locked', release };
}

async function createNew(path: string): Promise<boolean> {
  return translated('create', path, async () => {
    try {
      await (await open(path, 'wx')).close();
      return true;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false;
      throw error;
    }
  });
}

async function removeIfThere(path: string): Promise<void> {
  await translated('remove', path, async () => {
    try {
      await unlink(path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  });
}

/** Undefined when there is no such process, or only what a killed one left for its parent. */
async function startOf(processId: number): Promise<StartMark | undefined> {
  return process.platform === 'linux' ? startOnLinux(processId) : startElsewhere(processId);
}

async function startOnLinux(processId: number): Promise<StartMark | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${processId}/stat`, 'latin1');
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ESRCH') return undefined;
    throw error;
  }
  // The second field is the program's name in brackets and may hold blanks and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  if (state === 'Z' || state === 'X') return undefined;
  const ticksSinceBoot = must(fields[19], 'a process has a start time');
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'latin1');
  return `${bootId.trim().replaceAll('-', '')}.${ticksSinceBoot}`;
}

function startElsewhere(processId: number): StartMark | undefined {
  try {
    process.kill(processId, 0);
    return unknownStart;
  } catch (error) {
    return errnoOf(error) === 'EPERM' ? unknownStart : undefined;
  }
}
