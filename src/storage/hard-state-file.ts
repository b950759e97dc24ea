/**
 * Term and vote in a small file of their own. It is replaced whole: written aside, made durable,
 * renamed; so there is always one whole version of it, the old one or the new one.
 */
import { asServerId, asTerm } from '../base/ids.js';
import { crc32c } from '../base/crc32c.js';
import { getU48, putU48 } from '../base/u48.js';
import type { HardState } from '../raft/effects.js';
import type { Disk } from './disk.js';
import { identityDigits, putIdentityDigits } from '../base/folder-identity.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { hardStateAsideName, hardStateName } from './file-names.js';
import { StorageDamagedError } from './storage.js';
import { refillAdvice } from './refill-advice.js';

const magic = 'SURFHARD';
const formatVersion = 1;
const fileBytes = 28 + identityDigits + 4;
const checksumAt = fileBytes - 4;

/** Returns once the hard state is durable in place of the one before. */
export async function saveHardState(
  disk: Disk,
  identity: FolderIdentity,
  hardState: HardState,
): Promise<void> {
  const file = await disk.create(hardStateAsideName);
  try {
    await file.append([encode(identity, hardState)]);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(hardStateAsideName, hardStateName);
  await disk.syncFolder();
}

/** The hard state on disk; undefined when there is none. Throws `StorageDamagedError`. */
export async function loadHardState(
  disk: Disk,
  identity: FolderIdentity,
): Promise<HardState | undefined> {
  const bytes = await disk.read(hardStateName);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length === fileBytes;
  if (!whole || view.getUint32(checksumAt, true) !== crc32c(bytes.subarray(0, checksumAt))) {
    throw new StorageDamagedError(
      `${hardStateName} (term and vote) is damaged at offset 0; ${refillAdvice}`,
    );
  }
  const hardState: HardState = {
    term: asTerm(getU48(view, 16)),
    votedFor: view.getUint8(22) === 0 ? undefined : asServerId(view.getUint32(24, true)),
  };
  const expected = encode(identity, hardState);
  if (!expected.every((byte, at) => byte === bytes[at])) {
    throw new StorageDamagedError(
      `${hardStateName} is of another folder or format than the rest of its folder`,
    );
  }
  return hardState;
}

function encode(identity: FolderIdentity, { term, votedFor }: HardState): Uint8Array {
  const bytes = new Uint8Array(fileBytes);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < magic.length; at++) bytes[at] = magic.charCodeAt(at);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, identity.serverId, true);
  putU48(view, 16, term);
  view.setUint8(22, votedFor === undefined ? 0 : 1);
  view.setUint32(24, votedFor ?? 0, true);
  putIdentityDigits(bytes, 28, identity.folderId);
  view.setUint32(checksumAt, crc32c(bytes.subarray(0, checksumAt)), true);
  return bytes;
}
