/** What of a folder on disk is served: no special files, no links that lead out. */
import { isServablePart } from './request-target.js';
import type { BaseFolder, ListedName } from './base-folder.js';
import type { FolderEntry, PathParts } from './file-source.js';

/** Entries that the file system is asked about at the same time. */
const askedAtATime = 32;

export async function listFolder(
  base: BaseFolder,
  parts: PathParts,
): Promise<readonly FolderEntry[]> {
  const opened = await base.open(parts);
  if (opened.kind !== 'folder') {
    if (opened.kind === 'file') await opened.handle.close();
    return [];
  }
  const entries: FolderEntry[] = [];
  try {
    const names = await base.list(opened.handle, parts);
    for (let from = 0; from < names.length; from += askedAtATime) {
      const asked = names.slice(from, from + askedAtATime);
      const found = await Promise.all(asked.map((listed) => look(base, parts, listed)));
      entries.push(...found.filter((entry) => entry !== undefined));
    }
  } finally {
    await opened.handle.close();
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function look(
  base: BaseFolder,
  parts: PathParts,
  { name, type }: ListedName,
): Promise<FolderEntry | undefined> {
  if (!isServablePart(name)) return undefined;
  if (type === 'link') return lookBehindLink(base, parts, name);
  const stats = await base.stats([...parts, name]);
  if (stats === undefined) return undefined;
  const modifiedMs = Number(stats.mtimeNs / 1_000_000n);
  return { name, type, size: type === 'file' ? Number(stats.size) : undefined, modifiedMs };
}

async function lookBehindLink(
  base: BaseFolder,
  parts: PathParts,
  name: string,
): Promise<FolderEntry | undefined> {
  const opened = await base.open([...parts, name]);
  if (opened.kind === 'absent') return undefined;
  await opened.handle.close();
  if (opened.kind === 'folder') {
    return { name, type: 'folder', size: undefined, modifiedMs: undefined };
  }
  const { size, mtimeNs } = opened.stats;
  return { name, type: 'file', size: Number(size), modifiedMs: Number(mtimeNs / 1_000_000n) };
}
