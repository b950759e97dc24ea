/**
 * The beginning of a file map's image, before its records (docs/storage-format.md). What follows
 * are the files' records, then those of the request ids and of the older versions, each behind its
 * length as a varint. Images of format 1 have no older versions, and files without a time: that of
 * a map without any is written so, for programs that know no other.
 */
import { MalformedBytesError } from '../base/byte-reader.js';
import { getU48, putU48 } from '../base/u48.js';
import type { HistoryBounds } from './kept-versions.js';

/** `SURFFILE`. */
const magic = [0x53, 0x55, 0x52, 0x46, 0x46, 0x49, 0x4c, 0x45];

export type ImageFormat = 1 | 2;

const formatAt = magic.length;
/** Bytes of the magic word and the format. */
export const imageStartBytes = formatAt + 4;

const u48Bytes = 6;
/** Numbers of u48 behind the start. */
const numbersOfFormat = { 1: 3, 2: 6 } as const;

export interface ImageHeader {
  /** Request ids that are remembered at most. */
  readonly kept: number;
  /** Request ids that there ever were. */
  readonly issued: number;
  /** Files in the image. */
  readonly files: number;
  /** What is in it of older versions; undefined for format 1, which has no word for this. */
  readonly history: ImageHistory | undefined;
}

export interface ImageHistory extends HistoryBounds {
  readonly olderVersions: number;
}

/** Request ids in the image. */
export function requestIdsIn({ kept, issued }: ImageHeader): number {
  return Math.min(kept, issued);
}

/** The first bytes of an image, of format 1 without a history. */
export function encodeImageHeader({ kept, issued, files, history }: ImageHeader): Uint8Array {
  const format = history === undefined ? 1 : 2;
  const numbers = [kept, issued, files, ...(history === undefined ? [] : numbersOf(history))];
  const bytes = new Uint8Array(imageStartBytes + headerBytes(format));
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(formatAt, format, true);
  for (const [at, number] of numbers.entries()) {
    putU48(view, imageStartBytes + at * u48Bytes, number);
  }
  return bytes;
}

function numbersOf(history: ImageHistory): readonly number[] {
  const { historyBytesMax, versionsKeptMax, olderVersions } = history;
  return [historyBytesMax, versionsKeptMax, olderVersions];
}

/** Reads the start of an image. */
export function decodeImageFormat(start: Uint8Array): ImageFormat {
  if (magic.some((byte, at) => start[at] !== byte)) {
    throw new MalformedBytesError('not an image of a file map');
  }
  const format = new DataView(start.buffer, start.byteOffset).getUint32(formatAt, true);
  if (format === 1 || format === 2) return format;
  throw new MalformedBytesError(`unknown format ${format}`, { isOfNewerFormat: format > 2 });
}

/** Bytes of the header behind the start. */
export function headerBytes(format: ImageFormat): number {
  return u48Bytes * numbersOfFormat[format];
}

/** Reads the header behind the start. */
export function decodeImageHeader(format: ImageFormat, header: Uint8Array): ImageHeader {
  const view = new DataView(header.buffer, header.byteOffset);
  const number = (at: number): number => getU48(view, at * u48Bytes);
  const [kept, issued, files] = [number(0), number(1), number(2)];
  if (format === 1) return { kept, issued, files, history: undefined };
  const bounds = { historyBytesMax: number(3), versionsKeptMax: number(4) };
  return { kept, issued, files, history: { ...bounds, olderVersions: number(5) } };
}
