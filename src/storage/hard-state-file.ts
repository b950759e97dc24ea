/**
 * Term, vote and standing in a small file of their own. It is replaced whole: written aside, made
 * durable, renamed; so there is always one whole version of it, the old one or the new one.
 */
import { asServerId, asTerm } from '../base/ids.js';
import type { ServerId } from '../base/ids.js';
import { crc32c } from '../base/crc32c.js';
import { getU48, putU48 } from '../base/u48.js';
import type { HardState, Standing } from '../raft/effects.js';
import type { Disk, DiskReader } from './disk.js';
import { identityDigits, putIdentityDigits } from '../base/folder-identity.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import type { Damage } from './damage.js';
import { hardStateAsideName, hardStateName } from './file-names.js';
import { StorageDamagedError } from './storage.js';

const magic = 'SURFHARD';
const formatVersion = 2;
const oldFileBytes = 28 + identityDigits + 4;
const durableFrameAt = 28 + 2 * identityDigits;
const knownCountAt = durableFrameAt + 8;
const knownBytes = 4 + identityDigits;
/** More servers than any cluster has; a count beyond it is not believed. */
const knownMax = 10_000;

const standingBytes: Readonly<Record<Standing, number>> = {
  joining: 0,
  member: 1,
  refilling: 2,
  founding: 3,
};

export type HardStateFinding =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'found';
      readonly hardState: HardState;
      /** The log's frames up to this number were durable; 0 says nothing. */
      readonly durableFrame: number;
    }
  | { readonly kind: 'damaged'; readonly damage: Damage };

/**
 * Returns once the hard state is durable in place of the one before. `durableFrame` is the number
 * of a frame of the log that is durable by now: should it be gone one day, that is seen.
 */
export async function saveHardState(
  disk: Disk,
  identity: FolderIdentity,
  hardState: HardState,
  durableFrame: number,
): Promise<void> {
  const file = await disk.create(hardStateAsideName);
  try {
    await file.append([encode(identity, hardState, durableFrame)]);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(hardStateAsideName, hardStateName);
  await disk.syncFolder();
}

/**
 * The hard state on disk. Throws `StorageDamagedError` when it is whole and of a format that this
 * program does not know: nothing in the folder is then touched.
 */
export async function loadHardState(
  disk: DiskReader,
  identity: FolderIdentity,
): Promise<HardStateFinding> {
  const bytes = await disk.read(hardStateName);
  if (bytes === undefined) return { kind: 'missing' };
  if (!isWhole(bytes)) return damaged('is damaged at offset 0');
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (version > formatVersion) {
    throw new StorageDamagedError(
      `${hardStateName} has format version ${version}, which only a newer program can read`,
    );
  }
  const content = version === 1 ? decodeOld(identity, bytes) : decode(identity, bytes);
  if (content === undefined) return damaged('is of another folder, at offset 0');
  return { kind: 'found', ...content };
}

function damaged(what: string): HardStateFinding {
  const text = `${hardStateName} (term and vote) ${what}`;
  return { kind: 'damaged', damage: { file: hardStateName, text } };
}

/** In every version the checksum is the last thing in the file. */
function isWhole(bytes: Uint8Array): boolean {
  if (bytes.length < oldFileBytes) return false;
  const at = bytes.length - 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(at, true) === crc32c(bytes.subarray(0, at));
}

interface Content {
  readonly hardState: HardState;
  readonly durableFrame: number;
}

function encode(identity: FolderIdentity, hardState: HardState, durableFrame: number): Uint8Array {
  const { incarnation, known } = hardState;
  const bytes = new Uint8Array(knownCountAt + 4 + known.size * knownBytes + 4);
  const view = new DataView(bytes.buffer);
  putCommon(bytes, identity, hardState, formatVersion);
  view.setUint8(23, standingBytes[hardState.standing]);
  putIdentityDigits(bytes, 28 + identityDigits, incarnation);
  putU48(view, durableFrameAt, durableFrame);
  view.setUint32(knownCountAt, known.size, true);
  let at = knownCountAt + 4;
  for (const [serverId, digits] of [...known].sort(([a], [b]) => a - b)) {
    view.setUint32(at, serverId, true);
    putIdentityDigits(bytes, at + 4, digits);
    at += knownBytes;
  }
  view.setUint32(at, crc32c(bytes.subarray(0, at)), true);
  return bytes;
}

function decode(identity: FolderIdentity, bytes: Uint8Array): Content | undefined {
  if (bytes.length < knownCountAt + 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const standing = standingOf(view.getUint8(23));
  const count = view.getUint32(knownCountAt, true);
  if (standing === undefined || count > knownMax) return undefined;
  if (bytes.length !== knownCountAt + 8 + count * knownBytes) return undefined;
  const known = new Map<ServerId, string>();
  for (let at = knownCountAt + 4; at < bytes.length - 4; at += knownBytes) {
    known.set(asServerId(view.getUint32(at, true)), digitsAt(bytes, at + 4));
  }
  const incarnation = digitsAt(bytes, 28 + identityDigits);
  const digits = [incarnation, ...known.values()];
  if (!digits.every((text) => /^[0-9a-f]{32}$/.test(text))) return undefined;
  const hardState = { ...decodeCommon(view), standing, incarnation, known };
  const durableFrame = getU48(view, durableFrameAt);
  const isIt = isEqual(encode(identity, hardState, durableFrame), bytes);
  return isIt ? { hardState, durableFrame } : undefined;
}

function standingOf(byte: number): Standing | undefined {
  const standings = Object.keys(standingBytes) as Standing[];
  return standings.find((standing) => standingBytes[standing] === byte);
}

/** Servers of version 1 all counted, and were known to nobody. */
function decodeOld(identity: FolderIdentity, bytes: Uint8Array): Content | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hardState: HardState = {
    ...decodeCommon(view),
    standing: 'founding',
    incarnation: identity.folderId,
    known: new Map(),
  };
  const expected = new Uint8Array(oldFileBytes);
  putCommon(expected, identity, hardState, 1);
  const checksumAt = oldFileBytes - 4;
  const checksum = crc32c(expected.subarray(0, checksumAt));
  new DataView(expected.buffer).setUint32(checksumAt, checksum, true);
  return isEqual(expected, bytes) ? { hardState, durableFrame: 0 } : undefined;
}

/** What both versions begin with. */
function putCommon(
  bytes: Uint8Array,
  identity: FolderIdentity,
  { term, votedFor }: HardState,
  version: number,
): void {
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < magic.length; at++) bytes[at] = magic.charCodeAt(at);
  view.setUint32(8, version, true);
  view.setUint32(12, identity.serverId, true);
  putU48(view, 16, term);
  view.setUint8(22, votedFor === undefined ? 0 : 1);
  view.setUint32(24, votedFor ?? 0, true);
  putIdentityDigits(bytes, 28, identity.folderId);
}

function decodeCommon(view: DataView): Pick<HardState, 'term' | 'votedFor'> {
  return {
    term: asTerm(getU48(view, 16)),
    votedFor: view.getUint8(22) === 0 ? undefined : asServerId(view.getUint32(24, true)),
  };
}

function digitsAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + identityDigits));
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
