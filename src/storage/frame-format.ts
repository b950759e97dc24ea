/**
 * A frame: numbered, typed bytes with a length and a checksum. Segments of the log and snapshots
 * are frames, one right behind the other, behind a header whose checksum starts theirs.
 */
import { crc32c } from '../base/crc32c.js';
import { movedChecksum } from '../base/moved-checksum.js';
import { RangeChecksums } from '../base/range-checksums.js';
import { getU48, putU48 } from '../base/u48.js';

/** Bytes of a frame before its payload. */
export const frameHeaderBytes = 16;

const frameTypes = {
  entries: 1,
  syncMark: 2,
  reset: 3,
  seal: 4,
  block: 5,
  imageEnd: 6,
} as const;

export type FrameType = keyof typeof frameTypes;

const typeNames = new Map<number, FrameType>(
  Object.entries(frameTypes).map(([name, code]) => [code, name as FrameType]),
);

export interface Frame {
  readonly type: FrameType;
  readonly number: number;
  readonly payload: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Room for a frame; its payload goes behind the first `frameHeaderBytes`. */
export function newFrame(payloadBytes: number): Uint8Array {
  return new Uint8Array(frameHeaderBytes + payloadBytes);
}

/** Makes room for so many bytes, whatever stands there. */
export type MakeRoom = (bytes: number) => Uint8Array;

/** Fills in what stands before the payload, and returns the frame. */
export function finishFrame(
  bytes: Uint8Array,
  type: FrameType,
  number: number,
  seed: number,
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(4, bytes.length - frameHeaderBytes, true);
  putU48(view, 8, number);
  view.setUint8(14, frameTypes[type]);
  view.setUint8(15, 0);
  view.setUint32(0, crc32c(bytes.subarray(4), seed), true);
  return bytes;
}

/**
 * CRC-32C of the payload of a finished and undamaged frame, continued from `before`. It follows
 * from the frame's own checksum, so that the payload is not gone through again.
 */
export function payloadChecksum(frame: Uint8Array, seed: number, before: number): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frameHeaderBytes);
  const start = crc32c(frame.subarray(4, frameHeaderBytes), seed);
  return movedChecksum(view.getUint32(0, true), frame.length - frameHeaderBytes, start, before);
}

/** The frame that starts at `start`; undefined when no whole, undamaged one does. */
export function readFrame(bytes: Uint8Array, start: number, seed: number): Frame | undefined {
  return frameAt(bytes, start, (from, to) => crc32c(bytes.subarray(from, to), seed));
}

/**
 * The first whole, undamaged frame that starts at `from` or anywhere behind it. The bytes may be
 * of a client's choice, with what looks like the beginning of a long frame at every few of them.
 */
export function findFrame(bytes: Uint8Array, from: number, seed: number): Frame | undefined {
  const sums = new RangeChecksums(bytes);
  const checksum: PartChecksum = (start, end) => sums.checksum(start, end, seed);
  for (let start = from; start + frameHeaderBytes <= bytes.length; start++) {
    const frame = frameAt(bytes, start, checksum);
    if (frame !== undefined) return frame;
  }
  return undefined;
}

/** Of the bytes in [start, end). */
type PartChecksum = (start: number, end: number) => number;

function frameAt(bytes: Uint8Array, start: number, checksum: PartChecksum): Frame | undefined {
  const type = typeNames.get(bytes[start + 14] ?? 0);
  if (type === undefined || bytes[start + 15] !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, frameHeaderBytes);
  const end = start + frameHeaderBytes + view.getUint32(4, true);
  if (end > bytes.length) return undefined;
  if (view.getUint32(0, true) !== checksum(start + 4, end)) return undefined;
  const payload = bytes.subarray(start + frameHeaderBytes, end);
  return { type, number: getU48(view, 8), payload, start, end };
}
