/**
 * The bytes of a log segment (docs/storage-format.md): its header and its frames. Nothing
 * here reads or writes a file.
 *
 * A numbered frame is what one write appends: log entries, perhaps behind a new beginning of the
 * log. A *sync mark* says that the frames up to its number were durable, and a *seal* that besides
 * the next segment was begun. Frame n + 1 is written only after frame n was durable; so a valid
 * frame n + 1, a mark n or a seal n proves that frame n was acknowledged once.
 */
import { asLogIndex, asTerm } from '../base/ids.js';
import { crc32c } from '../base/crc32c.js';
import { getU48, putU48 } from '../base/u48.js';
import { encodeEntriesInto, encodedEntryBytes } from '../raft/entry-codec.js';
import type { Entry, LogPosition } from '../raft/messages.js';
import { identityDigits, putIdentityDigits } from '../base/folder-identity.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { finishFrame, frameHeaderBytes, newFrame } from './frame-format.js';
import type { MakeRoom } from './frame-format.js';

const magic = 'SURFRLOG';
const positionBytes = 12;

/** Bytes before the first frame, in the format that is written now. */
export const segmentHeaderBytes = 28 + positionBytes + 2 * identityDigits + 4;
const oldHeaderBytes = segmentHeaderBytes - positionBytes;

/** What one write makes of the log. */
export interface LogWrite {
  /** The log begins anew behind this position, before `entries` follow. */
  readonly reset: LogPosition | undefined;
  readonly entries: readonly Entry[];
}

export interface SegmentHeader {
  /** Number that its first frame has, or will have. */
  readonly firstFrame: number;
  /** Where the log ended when the segment was begun; version 1 does not say. */
  readonly previous: LogPosition | undefined;
  readonly bytes: number;
  /** What the checksums of the segment's frames start from: they hold in this segment only. */
  readonly seed: number;
}

export interface SegmentBeginning {
  readonly identity: FolderIdentity;
  readonly sequence: number;
  readonly firstFrame: number;
  readonly previous: LogPosition;
}

export function encodeSegmentHeader(beginning: SegmentBeginning): Uint8Array {
  return encodeHeader({ ...beginning, bytes: segmentHeaderBytes });
}

/** Undefined unless the bytes begin with a whole header of this folder and this sequence. */
export function decodeSegmentHeader(
  identity: FolderIdentity,
  sequence: number,
  bytes: Uint8Array,
): SegmentHeader | undefined {
  for (const headerBytes of [segmentHeaderBytes, oldHeaderBytes]) {
    if (bytes.length < headerBytes) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
    const firstFrame = getU48(view, 22);
    const isOld = headerBytes === oldHeaderBytes;
    const previous = isOld ? undefined : positionAt(view, 28);
    const expected = encodeHeader({ identity, sequence, firstFrame, previous, bytes: headerBytes });
    if (!expected.every((byte, at) => byte === bytes[at])) continue;
    return { firstFrame, previous, bytes: headerBytes, seed: seedOf(expected) };
  }
  return undefined;
}

interface HeaderParts extends Omit<SegmentBeginning, 'previous'> {
  readonly previous: LogPosition | undefined;
  readonly bytes: number;
}

function encodeHeader(parts: HeaderParts): Uint8Array {
  const { identity, sequence, firstFrame, previous } = parts;
  const bytes = new Uint8Array(parts.bytes);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < magic.length; at++) bytes[at] = magic.charCodeAt(at);
  view.setUint32(8, previous === undefined ? 1 : 2, true);
  view.setUint32(12, identity.serverId, true);
  putU48(view, 16, sequence);
  putU48(view, 22, firstFrame);
  if (previous !== undefined) putPosition(view, 28, previous);
  const checksumAt = bytes.length - 4;
  putIdentityDigits(bytes, checksumAt - 2 * identityDigits, identity.clusterId);
  putIdentityDigits(bytes, checksumAt - identityDigits, identity.folderId);
  view.setUint32(checksumAt, crc32c(bytes.subarray(0, checksumAt)), true);
  return bytes;
}

/** What the checksums of the frames behind this whole header start from. */
export function seedOf(header: Uint8Array): number {
  return new DataView(header.buffer, header.byteOffset).getUint32(header.length - 4, true);
}

/** One frame with all that the write makes of the log, in the room that `makeRoom` gives. */
export function encodeWriteFrame(
  number: number,
  { reset, entries }: LogWrite,
  seed: number,
  makeRoom: MakeRoom,
): Uint8Array {
  const entriesAt = frameHeaderBytes + (reset === undefined ? 0 : positionBytes);
  let size = entriesAt;
  for (const entry of entries) size += encodedEntryBytes(entry);
  const bytes = makeRoom(size);
  if (reset !== undefined) {
    putPosition(new DataView(bytes.buffer, bytes.byteOffset), frameHeaderBytes, reset);
  }
  encodeEntriesInto(entries, bytes, entriesAt);
  return finishFrame(bytes, reset === undefined ? 'entries' : 'reset', number, seed);
}

/** The position at the start of a reset's payload, and the bytes of its entries. */
export function splitReset(payload: Uint8Array): [LogPosition, Uint8Array] | undefined {
  if (payload.length < positionBytes) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, positionBytes);
  return [positionAt(view, 0), payload.subarray(positionBytes)];
}

/** All frames through `number` are durable. */
export function encodeSyncMark(number: number, seed: number): Uint8Array {
  return finishFrame(newFrame(0), 'syncMark', number, seed);
}

/** All frames through `number` are durable, and those behind it stand in the next segment. */
export function encodeSeal(number: number, seed: number): Uint8Array {
  return finishFrame(newFrame(0), 'seal', number, seed);
}

function putPosition(view: DataView, at: number, { index, term }: LogPosition): void {
  putU48(view, at, index);
  putU48(view, at + 6, term);
}

function positionAt(view: DataView, at: number): LogPosition {
  return { index: asLogIndex(getU48(view, at)), term: asTerm(getU48(view, at + 6)) };
}
