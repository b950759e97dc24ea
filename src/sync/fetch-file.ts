/**
 * Writes a version of a file from its blocks, several of which are on their way at a time, into the
 * work folder. It has no name in the folder yet.
 */
import { createHash } from 'node:crypto';
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

const windowBytesMax = 8 * 1024 * 1024;
const windowBlocksMax = 16;

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
    // The list does not tell how long its blocks are: the longest so far is what to expect.
    let blockBytes = windowBytesMax;
    for (let start = 0; start < to.blocks.length;) {
      const room = Math.floor(windowBytesMax / Math.max(1, blockBytes));
      const count = Math.max(1, Math.min(windowBlocksMax, room));
      const hashes = to.blocks.slice(start, start + count);
      const budget = hashes.length * blockBytes;
      await work.fetching.take(budget);
      try {
        for (const bytes of await fetchBlocks(work, hashes)) {
          if (start === 0) blockBytes = bytes.length;
          blockBytes = Math.max(blockBytes, bytes.length);
          whole.update(bytes);
          sizeBytes += bytes.length;
          await aside.write(bytes);
        }
      } finally {
        work.fetching.release(budget);
      }
      start += hashes.length;
    }
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

/** In the order of the hashes. Waits for all, also when one fails. */
async function fetchBlocks(
  work: Work,
  hashes: readonly BlockHash[],
): Promise<readonly Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  const answers = await Promise.allSettled(hashes.map((hash) => work.cluster.getBlock(hash)));
  for (const answer of answers) {
    if (answer.status === 'rejected') throw answer.reason;
    work.transfers.blocksReceived += 1;
    work.transfers.bytesReceived += answer.value.length;
    blocks.push(answer.value);
  }
  return blocks;
}
