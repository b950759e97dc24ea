/** Short ways to say entries, writes and identities in the tests of storage. */
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import type { StateRestore } from '../../src/base/state-machine.js';
import type { HardState } from '../../src/raft/effects.js';
import type { Entry, LogPosition } from '../../src/raft/messages.js';
import type { FolderIdentity } from '../../src/base/folder-identity.js';
import type { Storage, StorageError, StorageWrite } from '../../src/storage/storage.js';
import { foundersOnly } from '../fixtures/founders.js';

export const sampleIdentity: FolderIdentity = {
  clusterId: 'c0'.repeat(16),
  serverId: asServerId(3),
  folderId: 'f0'.repeat(16),
};

/** Of every hard state that the tests make. */
export const sampleIncarnation = 'a1'.repeat(16);

/** Of a member. */
export function hardStateOf(term: number, votedFor?: number): HardState {
  return {
    term: asTerm(term),
    votedFor: votedFor === undefined ? undefined : asServerId(votedFor),
    standing: 'member',
    incarnation: sampleIncarnation,
    known: new Map(),
  };
}

/** What a new server starts with. */
export const newHardState: HardState = { ...hardStateOf(0), standing: 'joining' };

export function positionOf(index: number, term: number): LogPosition {
  return { index: asLogIndex(index), term: asTerm(term) };
}

/** An entry whose payload is the text; a no-op without one. */
export function entryOf(index: number, term: number, text?: string): Entry {
  const place = { index: asLogIndex(index), term: asTerm(term) };
  if (text === undefined) return { ...place, kind: 'noop', payload: new Uint8Array() };
  return { ...place, kind: 'command', payload: new TextEncoder().encode(text) };
}

/** Entries of one term with consecutive indexes. */
export function entriesOf(first: number, count: number, term: number): Entry[] {
  return Array.from({ length: count }, (_, at) => entryOf(first + at, term, `e${first + at}`));
}

export function writeOf(entries: readonly Entry[], hardState?: HardState): StorageWrite {
  return { hardState, reset: undefined, entries };
}

/** The log begins anew behind the position. */
export function resetOf(
  index: number,
  term: number,
  entries: readonly Entry[] = [],
  hardState?: HardState,
): StorageWrite {
  return { hardState, reset: positionOf(index, term), entries };
}

/** A state machine that keeps the image it was restored to. */
export class KeptImage {
  /** Undefined until an image was taken in to its end. */
  bytes: Uint8Array | undefined;
  readonly restore = (): StateRestore => {
    const pieces: Uint8Array[] = [];
    return {
      write: (bytes) => pieces.push(bytes.slice()),
      verify: () => undefined,
      finish: () => (this.bytes = new Uint8Array(Buffer.concat(pieces))),
    };
  };
}

/** What every test opens a storage with, but for the disk. */
export function openOptions() {
  const { restore } = new KeptImage();
  return { identity: sampleIdentity, incarnation: sampleIncarnation, restore, repair: false };
}

/** Writes and commits a snapshot in two pieces. */
export async function takeSnapshot(
  storage: Storage,
  position: LogPosition,
  image: Uint8Array,
  configuration = foundersOnly,
): Promise<void> {
  const writer = storage.createSnapshot(position, configuration);
  const half = Math.floor(image.length / 2);
  await writer.write(image.subarray(0, half));
  await writer.write(image.subarray(half));
  await writer.commit();
}

/** All of the newest snapshot's image, read in pieces of `bytesMax`; undefined without one. */
export async function newestImage(
  storage: Storage,
  bytesMax: number,
): Promise<{ readonly position: LogPosition; readonly image: Uint8Array } | undefined> {
  const reader = await storage.openSnapshot();
  if (reader === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < reader.imageBytes; offset += pieces.at(-1)?.length ?? 0) {
    pieces.push((await reader.read(offset, bytesMax)).slice());
  }
  await reader.close();
  return { position: reader.position, image: new Uint8Array(Buffer.concat(pieces)) };
}

/** Resolves with the error, if any, once the write is done. */
export function written(storage: Storage, write: StorageWrite): Promise<StorageError | undefined> {
  return new Promise((resolve) => storage.append(write, resolve));
}

/** Entries as plain values that compare by content, whatever buffers they view. */
export function plain(entries: readonly Entry[]): unknown[] {
  return entries.map(({ index, term, kind, payload }) => [index, term, kind, [...payload]]);
}
