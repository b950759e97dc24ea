/**
 * The bytes of a log segment (docs/storage-format.md): its header and its frames. Nothing
 * here reads or writes a file.
 *
 * A *frame* is what one write appends: a numbered one with log entries, or a *sync mark*, which
 * says that the frames up to its number were durable. Frame n + 1 is written only after frame n
 * was; so a valid frame n + 1, or a mark n, proves that frame n was acknowledged once.
 */
import { crc32c } from '../base/crc32c.js';
import { getU48, putU48 } from '../base/u48.js';
import { encodeEntriesInto, encodedEntryBytes } from '../raft/entry-codec.js';
import type { Entry } from '../raft/messages.js';
import { identityDigits, putIdentityDigits } from '../base/folder-identity.js';
import type { FolderIdentity } from '../base/folder-identity.js';

const magic = 'SURFRLOG';
const formatVersion = 1;

/** Bytes before the first frame. */
export const segmentHeaderBytes = 32 + 2 * identityDigits;
const headerChecksumAt = segmentHeaderBytes - 4;

/** Bytes of a frame before its entries; a sync mark has nothing else. */
export const frameHeaderBytes = 16;

const typeEntries = 1;
const typeSyncMark = 2;

export interface Frame {
  readonly type: 'entries' | 'syncMark';
  /** Entries: its own number, 1, 2, 3, … over all segments. Mark: the last durable frame. */
  readonly number: number;
  readonly payload: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The header that a segment must have; `firstFrame` is the number its first frame will have. */
export function encodeSegmentHeader(
  identity: FolderIdentity,
  sequence: number,
  firstFrame: number,
): Uint8Array {
  const bytes = new Uint8Array(segmentHeaderBytes);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < magic.length; at++) bytes[at] = magic.charCodeAt(at);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, identity.serverId, true);
  putU48(view, 16, sequence);
  putU48(view, 22, firstFrame);
  putIdentityDigits(bytes, 28, identity.clusterId);
  putIdentityDigits(bytes, 28 + identityDigits, identity.folderId);
  view.setUint32(headerChecksumAt, crc32c(bytes.subarray(0, headerChecksumAt)), true);
  return bytes;
}

/** Whether the bytes begin with a header that was written whole, for whatever segment. */
export function hasWholeSegmentHeader(bytes: Uint8Array): boolean {
  if (bytes.length < segmentHeaderBytes) return false;
  return checksumSeed(bytes) === crc32c(bytes.subarray(0, headerChecksumAt));
}

/** What the checksums of a segment's frames start from: they hold in this segment only. */
export function checksumSeed(header: Uint8Array): number {
  return new DataView(header.buffer, header.byteOffset).getUint32(headerChecksumAt, true);
}

/** One frame with all of the entries, in one new buffer. */
export function encodeEntriesFrame(
  number: number,
  entries: readonly Entry[],
  seed: number,
): Uint8Array {
  let payloadBytes = 0;
  for (const entry of entries) payloadBytes += encodedEntryBytes(entry);
  const bytes = new Uint8Array(frameHeaderBytes + payloadBytes);
  encodeEntriesInto(entries, bytes, frameHeaderBytes);
  return finishFrame(bytes, typeEntries, number, seed);
}

export function encodeSyncMark(number: number, seed: number): Uint8Array {
  return finishFrame(new Uint8Array(frameHeaderBytes), typeSyncMark, number, seed);
}

function finishFrame(bytes: Uint8Array, type: number, number: number, seed: number): Uint8Array {
  const view = new DataView(bytes.buffer);
  view.setUint32(4, bytes.length - frameHeaderBytes, true);
  putU48(view, 8, number);
  view.setUint8(14, type);
  view.setUint32(0, crc32c(bytes.subarray(4), seed), true);
  return bytes;
}

/** The frame that starts at `start`; undefined when no whole, undamaged one does. */
export function readFrame(bytes: Uint8Array, start: number, seed: number): Frame | undefined {
  const type = bytes[start + 14];
  if (type !== typeEntries && type !== typeSyncMark) return undefined;
  if (bytes[start + 15] !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, frameHeaderBytes);
  const end = start + frameHeaderBytes + view.getUint32(4, true);
  if (end > bytes.length) return undefined;
  if (view.getUint32(0, true) !== crc32c(bytes.subarray(start + 4, end), seed)) return undefined;
  return {
    type: type === typeEntries ? 'entries' : 'syncMark',
    number: getU48(view, 8),
    payload: bytes.subarray(start + frameHeaderBytes, end),
    start,
    end,
  };
}

/** The first whole, undamaged frame that starts at `from` or anywhere behind it. */
export function findFrame(bytes: Uint8Array, from: number, seed: number): Frame | undefined {
  for (let start = from; start + frameHeaderBytes <= bytes.length; start++) {
    const frame = readFrame(bytes, start, seed);
    if (frame !== undefined) return frame;
  }
  return undefined;
}
