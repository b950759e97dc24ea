/**
 * Strong entity tags of files on disk: the SHA-256 of their bytes, remembered by their identity.
 * Files beyond 32 MiB would let their first reader wait, so their tag is made of their size, the
 * time of their last change and samples of their bytes (docs/decisions/0018-gateway.md).
 */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { identityOf, unsettledUntilMs, type FileIdentity } from './file-identity.js';
import { readFully } from './read-fully.js';
import { RecentMap } from '../base/recent-map.js';

/** The largest file that is read whole for its tag. */
export const hashedBytesMax = 32 * 1024 * 1024;

const rememberedMax = 20_000;
const pieceBytes = 512 * 1024;
const sampleBytes = 64 * 1024;
const samples = 16;

/** A clock that was set back would keep us waiting; nobody waits for longer. */
const settlingMsMax = 2_500;

export class ContentTags {
  readonly #known = new RecentMap<FileIdentity, string>(rememberedMax);
  /** Those that are being made, each for all who wait for it. */
  readonly #coming = new Map<FileIdentity, Promise<string>>();

  known(identity: FileIdentity): string | undefined {
    return this.#known.get(identity);
  }

  /** Takes note of a tag; `stats` were taken before the bytes were read, at `beganMs`. */
  remember(stats: BigIntStats, beganMs: number, etag: string): void {
    if (beganMs > unsettledUntilMs(stats)) this.#known.set(identityOf(stats), etag);
  }

  /**
   * The tag of an open file. What comes is right only if the file still has the identity of `stats`
   * afterwards. A file that was changed a moment ago is left alone until its next change is sure to
   * show: some milliseconds.
   */
  async tagOf(handle: FileHandle, stats: BigIntStats): Promise<string> {
    const identity = identityOf(stats);
    const known = this.#known.get(identity);
    if (known !== undefined) return known;
    const settlingMs = unsettledUntilMs(stats) + 1 - Date.now();
    if (settlingMs > 0) {
      await wait(Math.min(settlingMs, settlingMsMax));
      return this.#make(handle, stats);
    }
    const coming = this.#coming.get(identity) ?? this.#make(handle, stats);
    this.#coming.set(identity, coming);
    try {
      return await coming;
    } finally {
      this.#coming.delete(identity);
    }
  }

  async #make(handle: FileHandle, stats: BigIntStats): Promise<string> {
    const beganMs = Date.now();
    const size = Number(stats.size);
    const etag =
      size <= hashedBytesMax
        ? await tagOfAll(handle, size)
        : await tagOfSamples(handle, size, stats.mtimeNs);
    const after = await handle.stat({ bigint: true });
    if (identityOf(after) === identityOf(stats)) this.remember(stats, beganMs, etag);
    return etag;
  }
}

/** The tag of bytes that are all there. */
export function tagOfBytes(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('hex')}"`;
}

async function tagOfAll(handle: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += pieceBytes) {
    hash.update(await readFully(handle, at, Math.min(size, at + pieceBytes)));
  }
  return `"${hash.digest('hex')}"`;
}

async function tagOfSamples(handle: FileHandle, size: number, mtimeNs: bigint): Promise<string> {
  const hash = createHash('sha256').update(`${size} ${mtimeNs}\n`);
  for (let sample = 0; sample < samples; sample += 1) {
    const at = Math.floor(((size - sampleBytes) * sample) / (samples - 1));
    hash.update(await readFully(handle, at, at + sampleBytes));
  }
  return `"${hash.digest('hex')}-sampled"`;
}
