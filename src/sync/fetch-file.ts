/**
 * Writes a version of a file from its blocks, several of which are on their way at a time, into the
 * work folder. It has no name in the folder yet.
 */
import { createHash } from 'node:crypto';
import { must } from '../base/assert.js';
import type { BlockHash } from '../blocks/block-hash.js';
import type { AsideFile } from './folder.js';
import type { FileState } from './plan.js';
import { contentOf, type SeenFile } from './seen-files.js';
import type { Work } from './work.js';

export type LiveState = Extract<FileState, { readonly kind: 'file' }>;

/** Whole and durable; whoever gets it places or discards it. */
export interface FetchedFile {
  readonly aside: AsideFile;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Blocks of one file on their way at a time, however short they are. */
const blocksAheadMax = 16;

/** Whatever fails, nothing of it is left. */
export async function fetchFile(
  work: Work,
  to: LiveState,
  permissions: number | undefined,
): Promise<FetchedFile> {
  const aside = await work.folder.createAside(permissions);
  try {
    const whole = createHash('sha256');
    let sizeBytes = 0;
    await inOrder(work, to.blocks, async (bytes) => {
      whole.update(bytes);
      sizeBytes += bytes.length;
      await aside.write(bytes);
    });
    await aside.finish();
    return { aside, sizeBytes, sha256: whole.digest('hex') };
  } catch (error) {
    await aside.discard();
    throw error;
  }
}

/** What to remember of a file that was just placed; nothing when somebody was there already. */
export async function seenAfterPlacing(
  work: Work,
  name: string,
  to: LiveState,
  fetched: FetchedFile & { readonly seenAtMs: number },
): Promise<SeenFile | undefined> {
  const { sizeBytes, sha256, seenAtMs } = fetched;
  const look = await work.folder.look(name);
  if (look.kind !== 'file' || look.facts.sizeBytes !== sizeBytes) return undefined;
  return { stamp: look.facts.stamp, sizeBytes, seenAtMs, sha256, content: contentOf(to) };
}

/** How long this block is. */
export async function fetchLength(work: Work, hash: BlockHash): Promise<number> {
  const takenBytes = work.longest.blockBytes;
  await work.memory.take(takenBytes);
  try {
    const bytes = await fetchBlock(work, hash);
    work.cluster.pool.giveBack(bytes);
    return bytes.length;
  } finally {
    work.memory.release(takenBytes);
  }
}

/** A block that was asked for, and what was taken of the memory for it. */
interface ComingBlock {
  readonly bytes: Promise<Uint8Array>;
  readonly takenBytes: number;
}

/**
 * Takes the blocks one after the other, while those behind are on their way. After a failure no
 * further one is asked for; it is thrown when those that are coming have come.
 */
async function inOrder(
  work: Work,
  hashes: readonly BlockHash[],
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const coming: ComingBlock[] = [];
  let next = 0;
  try {
    while (next < hashes.length || coming.length > 0) {
      const isFull = coming.length >= blocksAheadMax || next === hashes.length;
      const hash = hashes[next];
      if (!isFull && hash !== undefined && (await begin(work, hash, coming))) {
        next += 1;
        continue;
      }
      const first = must(coming.shift(), 'what does not fit follows what is on its way');
      try {
        const bytes = await first.bytes;
        await take(bytes);
        work.cluster.pool.giveBack(bytes);
      } finally {
        work.memory.release(first.takenBytes);
      }
    }
  } finally {
    await Promise.allSettled(coming.map(({ bytes }) => bytes));
    for (const { takenBytes } of coming) work.memory.release(takenBytes);
  }
}

/** Waits for memory only when nothing else is on its way, so that nobody waits for himself. */
async function begin(work: Work, hash: BlockHash, coming: ComingBlock[]): Promise<boolean> {
  // The list does not tell how long a block is: as long as the longest, at most, one may expect.
  const takenBytes = work.longest.blockBytes;
  if (coming.length === 0) await work.memory.take(takenBytes);
  else if (!work.memory.tryTake(takenBytes)) return false;
  const bytes = fetchBlock(work, hash);
  // Whoever waits for it hears of a failure; until then it is nobody's.
  bytes.catch(() => undefined);
  coming.push({ bytes, takenBytes });
  return true;
}

async function fetchBlock(work: Work, hash: BlockHash): Promise<Uint8Array> {
  const bytes = await work.cluster.getBlock(hash);
  work.longest.blockBytes = Math.max(work.longest.blockBytes, bytes.length);
  work.transfers.blocksReceived += 1;
  work.transfers.bytesReceived += bytes.length;
  return bytes;
}
