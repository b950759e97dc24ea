/**
 * Brings the cluster's version into the folder. What is replaced or removed is what the scan saw,
 * up to the moment right before it: a file that somebody changes meanwhile is left alone.
 */
import { createHash } from 'node:crypto';
import { assert, must } from '../base/assert.js';
import { conflictNames } from './conflict-name.js';
import { FolderError, type FileFacts, type OpenFile, type Placed } from './folder.js';
import {
  fetchFile,
  fetchLength,
  seenAfterPlacing,
  type FetchedFile,
  type LiveState,
} from './fetch-file.js';
import { matchBlocks, wholeHash } from './match-blocks.js';
import type { FileState } from './plan.js';
import { contentOf, type SeenFile } from './seen-files.js';
import { changedHere, done, type FileOutcome, type Work } from './work.js';

export async function downloadFile(work: Work, name: string, to: FileState): Promise<FileOutcome> {
  assert(to.kind === 'file', 'a deletion is nothing to download');
  const blocked = await lookForBlock(work, name);
  if (blocked !== undefined) return blocked;
  const expected = work.facts.get(name);
  const fetched = await fetchFile(work, to, expected?.permissions);
  try {
    return await placeFetched(work, name, to, { fetched, expected, copy: undefined });
  } finally {
    await fetched.aside.discard();
  }
}

export async function deleteHere(work: Work, name: string, to: FileState): Promise<FileOutcome> {
  const expected = must(work.facts.get(name), 'what is removed was seen in the folder');
  return outcomeOf(await work.folder.remove(name, expected)) ?? done(to);
}

/** The cluster wins, unless it has the same bytes; others are kept beside the file first. */
export async function settleConflict(
  work: Work,
  name: string,
  to: FileState,
): Promise<FileOutcome> {
  const expected = must(work.facts.get(name), 'a conflict is about a file that was seen');
  if (to.kind === 'deleted') {
    const copy = await keepCopy(work, name, expected);
    if (copy === undefined) return changedHere;
    return outcomeOf(await work.folder.remove(name, expected)) ?? done(to, { copy });
  }
  const same = await compareWithCluster(work, name, to);
  if (same === 'moved') return changedHere;
  if (same !== undefined) return done(to, { seen: same, isChange: false });
  // Whole before anything is kept: a version that cannot be had leaves no copy behind.
  const fetched = await fetchFile(work, to, expected.permissions);
  try {
    const copy = await keepCopy(work, name, expected);
    if (copy === undefined) return changedHere;
    return await placeFetched(work, name, to, { fetched, expected, copy });
  } finally {
    await fetched.aside.discard();
  }
}

/** What the file would be kept as; nothing is written. Undefined when nothing has to be kept. */
export async function foreseeCopy(
  work: Work,
  name: string,
  to: FileState,
): Promise<string | undefined> {
  if (to.kind === 'file') {
    const same = await compareWithCluster(work, name, to);
    if (same !== undefined) return undefined;
  }
  const sha256 = await withOpen(work, name, (file) => wholeHash(file));
  return sha256 === undefined ? undefined : conflictNames(name, sha256)[0];
}

interface ToPlace {
  readonly fetched: FetchedFile;
  readonly expected: FileFacts | undefined;
  readonly copy: string | undefined;
}

async function placeFetched(
  work: Work,
  name: string,
  to: LiveState,
  { fetched, expected, copy }: ToPlace,
): Promise<FileOutcome> {
  const seenAtMs = work.nowMs();
  const refused = outcomeOf(await work.folder.place(fetched.aside, name, expected));
  if (refused !== undefined) return refused;
  const seen = await seenAfterPlacing(work, name, to, { ...fetched, seenAtMs });
  return done(to, { seen, copy });
}

/** Before anything is fetched; `place` looks again. */
async function lookForBlock(work: Work, name: string): Promise<FileOutcome | undefined> {
  const look = await work.folder.look(name);
  // An empty folder makes way, which only `place` can tell.
  const isFolder = look.kind === 'blocked' && look.reason.startsWith('a folder ');
  return look.kind === 'blocked' && !isFolder ? outcomeOf(look) : undefined;
}

/** Undefined when it was done. */
function outcomeOf(placed: Placed): FileOutcome | undefined {
  switch (placed.kind) {
    case 'done':
      return undefined;
    case 'moved':
      return changedHere;
    case 'blocked':
      return { kind: 'skipped', reason: placed.reason };
  }
}

/** What the file was seen to be, if it has the bytes of `to`; undefined when it has others. */
async function compareWithCluster(
  work: Work,
  name: string,
  to: LiveState,
): Promise<SeenFile | 'moved' | undefined> {
  const facts = must(work.facts.get(name), 'what is compared was seen in the folder');
  const [first] = to.blocks;
  const isLong = first !== undefined && to.blocks.length > 1;
  // The length of the blocks is that of the first, which has to be fetched anyway if they differ.
  const firstBytes = isLong ? await fetchLength(work, first) : work.blockBytes;
  const seenAtMs = work.nowMs();
  const sha256 = await withOpen(work, name, (file) =>
    file.facts.stamp === facts.stamp
      ? matchBlocks(file, to.blocks, { likely: [firstBytes], search: false })
      : Promise.resolve('moved' as const),
  );
  const now = await work.folder.look(name);
  if (now.kind !== 'file' || now.facts.stamp !== facts.stamp || sha256 === 'moved') return 'moved';
  if (sha256 === undefined) return undefined;
  const { stamp, sizeBytes } = facts;
  return { stamp, sizeBytes, seenAtMs, sha256, content: contentOf(to) };
}

/**
 * Keeps the bytes of the file under the name of a conflict copy, durably, and returns that name.
 * Undefined when the file changed meanwhile. The bytes are written anew, not linked: whoever goes
 * on writing to the file must not change the copy.
 */
async function keepCopy(
  work: Work,
  name: string,
  expected: FileFacts,
): Promise<string | undefined> {
  const aside = await work.folder.createAside(expected.permissions);
  try {
    const sha256 = await withOpen(work, name, async (file) => {
      const whole = createHash('sha256');
      const buffer = new Uint8Array(copyBytes);
      for (let position = 0; ;) {
        const filled = buffer.subarray(0, await file.read(buffer, position));
        whole.update(filled);
        await aside.write(filled);
        position += filled.length;
        if (filled.length < buffer.length) return whole.digest('hex');
      }
    });
    await aside.finish();
    const now = await work.folder.look(name);
    if (now.kind !== 'file' || now.facts.stamp !== expected.stamp) return undefined;
    if (sha256 === undefined) return undefined;
    for (const copy of conflictNames(name, sha256)) {
      const placed = await work.folder.place(aside, copy, undefined);
      if (placed.kind === 'done') return copy;
      if ((await withOpen(work, copy, (file) => wholeHash(file))) === sha256) return copy;
    }
    throw new FolderError(`cannot keep a copy of ${name}: every name for it is taken`);
  } finally {
    await aside.discard();
  }
}

const copyBytes = 256 * 1024;

async function withOpen<T>(
  work: Work,
  name: string,
  use: (file: OpenFile) => Promise<T>,
): Promise<T | undefined> {
  const file = await work.folder.open(name);
  if (file === undefined) return undefined;
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
