/** Short ways to say entries, writes and identities in the tests of storage. */
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import type { HardState } from '../../src/raft/effects.js';
import type { Entry } from '../../src/raft/messages.js';
import type { FolderIdentity } from '../../src/base/folder-identity.js';
import type { Storage, StorageError, StorageWrite } from '../../src/storage/storage.js';

export const sampleIdentity: FolderIdentity = {
  clusterId: 'c0'.repeat(16),
  serverId: asServerId(3),
  folderId: 'f0'.repeat(16),
};

export function hardStateOf(term: number, votedFor?: number): HardState {
  const vote = votedFor === undefined ? undefined : asServerId(votedFor);
  return { term: asTerm(term), votedFor: vote };
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
  return { hardState, entries };
}

/** Resolves with the error, if any, once the write is done. */
export function written(storage: Storage, write: StorageWrite): Promise<StorageError | undefined> {
  return new Promise((resolve) => storage.append(write, resolve));
}

/** Entries as plain values that compare by content, whatever buffers they view. */
export function plain(entries: readonly Entry[]): unknown[] {
  return entries.map(({ index, term, kind, payload }) => [index, term, kind, [...payload]]);
}
