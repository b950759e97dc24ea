/**
 * Keeps a folder in sync until it is stopped. The folder is looked at again and again, which works
 * on every system and sees every change; whatever fails is tried again.
 */
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { FolderError, type SyncFolder } from './folder.js';
import { syncOnce, type SyncOptions } from './sync-client.js';
import type { SyncReport } from './sync-report.js';

/** Well below the time within which local changes are to be picked up. */
const lookEveryMs = 800;

export interface WatchOptions {
  readonly sync: SyncOptions;
  /** How often the cluster is asked at least. */
  readonly intervalMs: number;
  readonly onReport: (report: SyncReport) => void;
}

/** Resolves once the signal of `sync` has fired and the files in hand are finished. */
export async function watchFolder({ sync, intervalMs, onReport }: WatchOptions): Promise<void> {
  const { folder, signal } = sync;
  const isStopped = (): boolean => signal.aborted;
  while (!isStopped()) {
    // Taken first: what changes while the sync goes on is news afterwards.
    const before = await fingerprint(folder);
    onReport(await syncOnce(sync));
    const nextAtMs = performance.now() + intervalMs;
    for (;;) {
      const leftMs = nextAtMs - performance.now();
      if (leftMs <= 0) break;
      await pause(Math.min(lookEveryMs, leftMs), signal);
      if (isStopped() || (await fingerprint(folder)) !== before) break;
    }
  }
}

/** Another one whenever a file came, went or may have changed. */
async function fingerprint(folder: SyncFolder): Promise<string> {
  try {
    const entries = await folder.list();
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

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(delayMs, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
