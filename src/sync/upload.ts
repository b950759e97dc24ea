/**
 * Brings a local file into the cluster: all of its blocks first, then the version that names them.
 * The file is read once, in batches; only what is the same before and after that is uploaded.
 */
import { createHash } from 'node:crypto';
import { must } from '../base/assert.js';
import { hashOf, type BlockHash } from '../blocks/block-hash.js';
import { batchBlocksMax, batchBytesMax, type NamedBlock } from './block-sender.js';
import { tooManyBlocks } from './blocks-of-file.js';
import type { FileFacts, OpenFile } from './folder.js';
import type { FileState } from './plan.js';
import { contentOf } from './seen-files.js';
import { ClusterRefused } from './sync-cluster.js';
import { changedHere, changedThere, done, type FileOutcome, type Work } from './work.js';

export async function uploadFile(work: Work, name: string, version: number): Promise<FileOutcome> {
  const facts = must(work.facts.get(name), 'what is uploaded was seen in the folder');
  const seenAtMs = work.nowMs();
  const mistake = tooManyBlocks(facts.sizeBytes, work.blockBytes);
  if (mistake !== undefined) throw new ClusterRefused(`${name} cannot be stored: ${mistake}`);
  const file = await work.folder.open(name);
  if (file === undefined) return changedHere;
  let stored: StoredFile;
  try {
    if (file.facts.stamp !== facts.stamp) return changedHere;
    stored = await storeBlocks(work, file);
  } finally {
    await file.close();
  }
  const now = await work.folder.look(name);
  if (now.kind !== 'file' || now.facts.stamp !== facts.stamp) return changedHere;
  const { blocks, sha256 } = stored;
  const state: FileState = { kind: 'file', version, blocks };
  const { stamp, sizeBytes } = facts;
  const seen = { stamp, sizeBytes, seenAtMs, sha256, content: contentOf(state) };
  if (!(await work.sender.confirm(blocks))) return changedHere;
  return (await work.cluster.update(name, state)) ? done(state, { seen }) : changedThere;
}

export async function deleteInCluster(
  work: Work,
  name: string,
  version: number,
): Promise<FileOutcome> {
  // Whatever is there now, it is not the absence that the scan saw.
  const look = await work.folder.look(name);
  if (look.kind === 'file' && !wasSeen(work, look.facts)) return changedHere;
  const state: FileState = { kind: 'deleted', version };
  return (await work.cluster.update(name, state)) ? done(state) : changedThere;
}

/** Under another name that the file system takes for this one: it was renamed, and is synced so. */
function wasSeen({ facts }: Work, { stamp }: FileFacts): boolean {
  for (const seen of facts.values()) if (seen.stamp === stamp) return true;
  return false;
}

interface StoredFile {
  readonly blocks: readonly BlockHash[];
  readonly sha256: string;
}

/** Of one file that are being stored: more would only wait for the stores' disks. */
const batchesAtOnceMax = 3;

/** Reads on while the batches before are being stored, as far as there is memory. */
async function storeBlocks(work: Work, file: OpenFile): Promise<StoredFile> {
  const { sender, blockBytes, memory } = work;
  const { pool } = work.cluster;
  const blocksOfBatch = Math.min(
    batchBlocksMax,
    Math.max(1, Math.floor(batchBytesMax / blockBytes)),
  );
  const whole = createHash('sha256');
  const blocks: BlockHash[] = [];
  const storing = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const storeBehind = ({ bytes, blocks: batch }: Batch, takenBytes: number): void => {
    const stored = sender.store(batch).catch((error: unknown) => {
      failures.push(error);
    });
    const ended = stored.finally(() => {
      pool.giveBack(bytes);
      memory.release(takenBytes);
      storing.delete(ended);
    });
    storing.add(ended);
  };
  try {
    for (let position = 0; position < file.facts.sizeBytes && failures.length === 0;) {
      const bytes = Math.min(blocksOfBatch * blockBytes, file.facts.sizeBytes - position);
      const batch = await readBatch(work, file, { position, bytes });
      whole.update(batch.bytes);
      for (const { hash } of batch.blocks) blocks.push(hash);
      storeBehind(batch, bytes);
      // Shorter than it was: whoever compares its facts afterwards sees that.
      if (batch.bytes.length < bytes) break;
      position += bytes;
      if (storing.size === batchesAtOnceMax) await Promise.race(storing);
    }
  } finally {
    await Promise.all(storing);
  }
  if (failures.length > 0) throw failures[0];
  return { blocks, sha256: whole.digest('hex') };
}

/** A shorter one is left to the collector. */
const pooledBytesMin = 64 * 1024;

interface Batch {
  readonly bytes: Uint8Array;
  readonly blocks: readonly NamedBlock[];
}

/** Takes memory for the bytes, which are released when they are stored. */
async function readBatch(
  { memory, blockBytes, cluster }: Work,
  file: OpenFile,
  { position, bytes }: { readonly position: number; readonly bytes: number },
): Promise<Batch> {
  await memory.take(bytes);
  try {
    const isLong = bytes >= pooledBytesMin;
    const buffer = isLong ? cluster.pool.take(bytes).subarray(0, bytes) : new Uint8Array(bytes);
    const filled = buffer.subarray(0, await file.read(buffer, position));
    return { bytes: filled, blocks: cut(filled, blockBytes) };
  } catch (error) {
    memory.release(bytes);
    throw error;
  }
}

function cut(bytes: Uint8Array, blockBytes: number): readonly NamedBlock[] {
  const blocks: NamedBlock[] = [];
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const block = bytes.subarray(start, start + blockBytes);
    blocks.push({ hash: hashOf(block), bytes: block });
  }
  return blocks;
}
