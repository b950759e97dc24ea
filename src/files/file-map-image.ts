/**
 * The beginning of a file map's image, before its records (docs/storage-format.md). What follows
 * are the files' records and then those of the request ids, each behind its length as a varint.
 */
import { MalformedBytesError } from '../base/byte-reader.js';
import { getU48, putU48 } from '../base/u48.js';

/** `SURFFILE`. */
const magic = [0x53, 0x55, 0x52, 0x46, 0x46, 0x49, 0x4c, 0x45];
const formatVersion = 1;

const versionAt = magic.length;
const keptAt = versionAt + 4;
const issuedAt = keptAt + 6;
const filesAt = issuedAt + 6;

/** Bytes of the header. */
export const imageHeaderBytes = filesAt + 6;

export interface ImageHeader {
  /** Request ids that are remembered at most. */
  readonly kept: number;
  /** Request ids that there ever were. */
  readonly issued: number;
  /** Files in the image. */
  readonly files: number;
}

/** Request ids in the image. */
export function requestIdsIn({ kept, issued }: ImageHeader): number {
  return Math.min(kept, issued);
}

export function encodeImageHeader({ kept, issued, files }: ImageHeader): Uint8Array {
  const bytes = new Uint8Array(imageHeaderBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(versionAt, formatVersion, true);
  putU48(view, keptAt, kept);
  putU48(view, issuedAt, issued);
  putU48(view, filesAt, files);
  return bytes;
}

/** Reads the header at the beginning of `bytes`, which hold all of it. */
export function decodeImageHeader(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (magic.some((byte, at) => bytes[at] !== byte)) {
    throw new MalformedBytesError('not an image of a file map');
  }
  const version = view.getUint32(versionAt, true);
  if (version !== formatVersion) throw new MalformedBytesError(`unknown format ${version}`);
  return {
    kept: getU48(view, keptAt),
    issued: getU48(view, issuedAt),
    files: getU48(view, filesAt),
  };
}
