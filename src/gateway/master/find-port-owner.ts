/**
 * Which process listens at a port of this machine: whoever finds a port taken wants to know whom to
 * look for. Known on Linux, of processes that this user may look at; otherwise a command is named.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';

/** The state "listening" in /proc/net/tcp. */
const listening = '0A';

/** The end of a sentence about the port. Never rejects. */
export async function findPortOwner(port: number): Promise<string> {
  const unknown = `"ss -ltnp sport = :${port}" shows who listens there`;
  try {
    const inodes = await findListeningInodes(port);
    const pid = inodes.size === 0 ? undefined : await findHolder(inodes);
    if (pid === undefined) return unknown;
    const command = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
    return `process ${pid} (${command}) listens there`;
  } catch {
    return unknown;
  }
}

async function findListeningInodes(port: number): Promise<ReadonlySet<string>> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const line of tables.join('\n').split('\n')) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === listening && local.endsWith(wanted) && inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

async function findHolder(inodes: ReadonlySet<string>): Promise<string | undefined> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const folder = `/proc/${pid}/fd`;
    for (const descriptor of await readdir(folder).catch(() => [])) {
      const target = await readlink(`${folder}/${descriptor}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined && inodes.has(inode)) return pid;
    }
  }
  return undefined;
}
