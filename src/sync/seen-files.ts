/**
 * What is remembered of the files whose bytes were looked at, so that an unchanged folder is synced
 * without opening one. It is a cache: without it, or with one that cannot be read, files are hashed
 * again and nothing else is lost.
 *
 * A file that was changed in the very moment when it was looked at may have the same stamp
 * afterwards. As in git, a stamp counts only if the file had rested for a while by then.
 */
import { createHash } from 'node:crypto';
import type { FileFacts } from './folder.js';
import type { FileState } from './plan.js';

/** Coarser clocks than that are not known of any file system. */
const restMsMin = 2000;

const formatVersion = 1;

/** These bytes, seen under this stamp, are those of this content. */
export interface SeenFile {
  readonly stamp: string;
  readonly sizeBytes: number;
  /** When reading began. */
  readonly seenAtMs: number;
  /** Of the whole file: it does not depend on the size of blocks. */
  readonly sha256: string;
  /** `contentOf` the state whose bytes they are. */
  readonly content: string;
}

export type SeenFiles = ReadonlyMap<string, SeenFile>;

/** Names what a version holds, whichever version it is. */
export function contentOf(state: FileState): string {
  if (state.kind === 'deleted') return 'deleted';
  return createHash('sha256').update(state.blocks.join(' ')).digest('hex');
}

/** Whether a file with these facts certainly still has the bytes that were seen. */
export function isStill(seen: SeenFile, facts: FileFacts): boolean {
  return seen.stamp === facts.stamp && seen.seenAtMs - facts.changedAtMs >= restMsMin;
}

export function formatSeen(seen: SeenFiles): string {
  return JSON.stringify({ format: formatVersion, files: [...seen] });
}

export function parseSeen(text: string | undefined): Map<string, SeenFile> {
  const files = new Map<string, SeenFile>();
  for (const entry of listIn(text)) {
    if (!Array.isArray(entry)) continue;
    const [name, seen] = entry as readonly unknown[];
    if (typeof name === 'string' && isSeenFile(seen)) files.set(name, seen);
  }
  return files;
}

function listIn(text: string | undefined): readonly unknown[] {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return [];
    if (!('format' in value) || value.format !== formatVersion) return [];
    return 'files' in value && Array.isArray(value.files) ? value.files : [];
  } catch {
    return [];
  }
}

function isSeenFile(value: unknown): value is SeenFile {
  if (typeof value !== 'object' || value === null) return false;
  const { stamp, sizeBytes, seenAtMs, sha256, content } = value as Record<string, unknown>;
  const texts = [stamp, sha256, content];
  const numbers = [sizeBytes, seenAtMs];
  return (
    texts.every((text) => typeof text === 'string') && numbers.every((n) => Number.isFinite(n))
  );
}
