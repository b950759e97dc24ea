/**
 * Keeps a folder in sync until it is stopped. The folder is looked at again and again, which works
 * on every system and sees every change, and at once when there is a hint of one; whatever fails is
 * tried again.
 */
import { createHash } from 'node:crypto';
import { FolderError, type FolderEntry, type SyncFolder } from './folder.js';
import type { ChangeHints } from './folder-hints.js';
import { syncOnce, type SyncOptions } from './sync-client.js';
import type { SyncReport } from './sync-report.js';

/** Well below the time within which local changes are to be picked up. */
const lookEveryMsDefault = 800;

export interface WatchOptions {
  readonly sync: SyncOptions;
  /** How often the cluster is asked at least. */
  readonly intervalMs: number;
  readonly hints: ChangeHints;
  /** How often the folder is looked at without a hint. */
  readonly lookEveryMs?: number;
  readonly onReport: (report: SyncReport) => void;
}

/** Resolves once the signal of `sync` has fired and the files in hand are finished. */
export async function watchFolder(options: WatchOptions): Promise<void> {
  const { sync, intervalMs, hints, onReport } = options;
  const lookEveryMs = options.lookEveryMs ?? lookEveryMsDefault;
  const { folder, signal } = sync;
  const isStopped = (): boolean => signal.aborted;
  while (!isStopped()) {
    // Taken first: what changes while the sync goes on is news afterwards.
    const before = await fingerprint(folder, hints);
    onReport(await syncOnce(sync));
    const nextAtMs = performance.now() + intervalMs;
    for (;;) {
      const leftMs = nextAtMs - performance.now();
      if (leftMs <= 0) break;
      await hints.next(Math.min(lookEveryMs, leftMs), signal);
      if (isStopped() || (await fingerprint(folder, hints)) !== before) break;
    }
  }
}

/** Another one whenever a file came, went or may have changed. */
async function fingerprint(folder: SyncFolder, hints: ChangeHints): Promise<string> {
  try {
    const entries = await folder.list();
    hints.follow(foldersOf(entries));
    const lines = entries.map((entry) =>
      JSON.stringify([entry.name, entry.kind, entry.kind === 'file' ? entry.facts.stamp : '']),
    );
    return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
  } catch (error) {
    if (!(error instanceof FolderError)) throw error;
    // The sync says what is wrong.
    return error.message;
  }
}

/** The base and every folder with a file in it, however deep. */
function foldersOf(entries: readonly FolderEntry[]): ReadonlySet<string> {
  const folders = new Set(['']);
  for (const { name, kind } of entries) {
    if (kind !== 'file') continue;
    let end = name.lastIndexOf('/');
    while (end > 0 && !folders.has(name.slice(0, end))) {
      folders.add(name.slice(0, end));
      end = name.lastIndexOf('/', end - 1);
    }
  }
  return folders;
}
