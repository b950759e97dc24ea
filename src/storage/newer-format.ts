/**
 * What a program says of a folder that a newer one has written: it is no damage, nothing may be
 * mended, and the newer program can go on with it.
 */
import type { Entry } from '../raft/messages.js';
import { StorageDamagedError } from './storage.js';

/** `name` is what cannot be read, `why` in which format it is. */
export function newerFormatError(name: string, why: string): StorageDamagedError {
  return new StorageDamagedError(
    `${name} can only be read by a newer program (${why}): start that one; nothing was changed`,
  );
}

/** Throws `StorageDamagedError` at the first entry of which `isOfNewerFormat` says that it is. */
export function refuseNewerEntries(
  entries: readonly Entry[],
  isOfNewerFormat: (payload: Uint8Array) => boolean,
): void {
  const newer = entries.find(({ kind, payload }) => kind === 'command' && isOfNewerFormat(payload));
  if (newer === undefined) return;
  throw newerFormatError(`entry ${newer.index} of the log`, `format ${newer.payload[0] ?? 0}`);
}
