/**
 * The bytes of a snapshot file (docs/storage-format.md): a header, the image in blocks, and an end
 * that says how large the image is and what its checksum is. Nothing here reads or writes a file.
 * A header of version 2 says who belongs to the cluster; one of version 1 that it is the founders.
 *
 * All blocks but the last have the size that the header names, so the place of every byte of the
 * image follows from the header. Everything needed to read the file stands in the file.
 */
import { asLogIndex, asServerId, asTerm } from '../base/ids.js';
import { crc32c } from '../base/crc32c.js';
import { identityDigits, putIdentityDigits } from '../base/folder-identity.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { getU48, putU48 } from '../base/u48.js';
import type { LogPosition } from '../raft/messages.js';
import { finishFrame, frameHeaderBytes, newFrame, readFrame } from './frame-format.js';

const magic = 'SURFSNAP';
const versionOfFounders = 1;
const versionWithConfiguration = 2;
/** 99 members with the longest addresses fit. */
const configurationBytesMax = 64 * 1024;
/** Large enough to be cheap, small enough to be read in one piece. */
export const snapshotBlockBytes = 256 * 1024;
const blockBytesMax = 1024 * 1024;
const clusterAt = 32;
const folderAt = clusterAt + identityDigits;
/** Where a header of version 1 has its checksum, and one of version 2 a length. */
const headerRestAt = folderAt + identityDigits;

/** No header is longer. */
export const snapshotHeaderBytesMax = headerRestAt + 4 + configurationBytesMax + 4;
/** Bytes of the frame that ends a file: it carries a checksum. */
export const snapshotEndBytes = frameHeaderBytes + 4;

/** Whose snapshot it is, of which place in the log, and how the image is divided. */
export interface SnapshotHeader {
  readonly identity: FolderIdentity;
  readonly position: LogPosition;
  /** The configuration in force there, opaque here; empty for the founders'. */
  readonly configuration: Uint8Array;
  /** Bytes of each block but the last, which may be shorter. */
  readonly blockBytes: number;
}

export interface ImageEnd {
  readonly imageBytes: number;
  /** CRC-32C of the image. */
  readonly imageChecksum: number;
}

export function encodeSnapshotHeader(header: SnapshotHeader): Uint8Array {
  const { identity, position, blockBytes, configuration } = header;
  const bytes = new Uint8Array(snapshotHeaderBytes(header));
  const hasConfiguration = configuration.length > 0;
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < magic.length; at++) bytes[at] = magic.charCodeAt(at);
  view.setUint32(8, hasConfiguration ? versionWithConfiguration : versionOfFounders, true);
  view.setUint32(12, identity.serverId, true);
  putU48(view, 16, position.index);
  putU48(view, 22, position.term);
  view.setUint32(28, blockBytes, true);
  putIdentityDigits(bytes, clusterAt, identity.clusterId);
  putIdentityDigits(bytes, folderAt, identity.folderId);
  if (hasConfiguration) {
    view.setUint32(headerRestAt, configuration.length, true);
    bytes.set(configuration, headerRestAt + 4);
  }
  const checksumAt = bytes.length - 4;
  view.setUint32(checksumAt, crc32c(bytes.subarray(0, checksumAt)), true);
  return bytes;
}

/** Bytes of this header in a file. */
function snapshotHeaderBytes({ configuration }: SnapshotHeader): number {
  const more = configuration.length === 0 ? 0 : 4 + configuration.length;
  return headerRestAt + more + 4;
}

/** The header that the bytes begin with; undefined when none does that this program knows. */
export function decodeSnapshotHeader(bytes: Uint8Array): SnapshotHeader | undefined {
  if (bytes.length < headerRestAt + 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const clusterId = digitsAt(bytes, clusterAt);
  const folderId = digitsAt(bytes, folderAt);
  if (![clusterId, folderId].every((text) => /^[0-9a-f]{32}$/.test(text))) return undefined;
  const header: SnapshotHeader = {
    identity: { clusterId, serverId: asServerId(view.getUint32(12, true)), folderId },
    position: { index: asLogIndex(getU48(view, 16)), term: asTerm(getU48(view, 22)) },
    configuration: configurationIn(bytes, view),
    blockBytes: view.getUint32(28, true),
  };
  if (header.blockBytes < 1 || header.blockBytes > blockBytesMax) return undefined;
  const expected = encodeSnapshotHeader(header);
  return expected.every((byte, at) => byte === bytes[at]) ? header : undefined;
}

/** Empty in a header of version 1, and in one that is cut short: its checksum then is another. */
function configurationIn(bytes: Uint8Array, view: DataView): Uint8Array {
  if (view.getUint32(8, true) !== versionWithConfiguration) return new Uint8Array();
  const length = view.getUint32(headerRestAt, true);
  if (length > configurationBytesMax) return new Uint8Array();
  return bytes.slice(headerRestAt + 4, headerRestAt + 4 + length);
}

/** What the checksums of the blocks behind this header start from. */
export function snapshotSeed(header: SnapshotHeader): number {
  const bytes = encodeSnapshotHeader(header);
  return new DataView(bytes.buffer).getUint32(bytes.length - 4, true);
}

/**
 * The next part of the image as it stands in the file, which begins at `offset` of the image. The
 * part stands behind the first `frameHeaderBytes` of `bytes`; what comes before it is filled in.
 */
export function finishBlock(seed: number, offset: number, bytes: Uint8Array): Uint8Array {
  return finishFrame(bytes, 'block', offset, seed);
}

/** The part of the image in a block; undefined unless it is whole and begins at `offset`. */
export function decodeBlock(
  seed: number,
  offset: number,
  bytes: Uint8Array,
): Uint8Array | undefined {
  const frame = readFrame(bytes, 0, seed);
  const isIt = frame?.type === 'block' && frame.number === offset && frame.end === bytes.length;
  return isIt ? frame.payload : undefined;
}

export function encodeImageEnd(seed: number, end: ImageEnd): Uint8Array {
  const bytes = newFrame(4);
  new DataView(bytes.buffer).setUint32(frameHeaderBytes, end.imageChecksum, true);
  return finishFrame(bytes, 'imageEnd', end.imageBytes, seed);
}

/** Undefined unless the bytes are a whole end. */
export function decodeImageEnd(seed: number, bytes: Uint8Array): ImageEnd | undefined {
  const frame = readFrame(bytes, 0, seed);
  if (frame?.type !== 'imageEnd' || frame.end !== bytes.length) return undefined;
  if (bytes.length !== snapshotEndBytes) return undefined;
  const view = new DataView(frame.payload.buffer, frame.payload.byteOffset, 4);
  return { imageBytes: frame.number, imageChecksum: view.getUint32(0, true) };
}

/** Where in the file the block stands that holds byte `offset` of the image, and how long it is. */
export function blockPlace(
  header: SnapshotHeader,
  imageBytes: number,
  offset: number,
): { readonly imageOffset: number; readonly fileOffset: number; readonly bytes: number } {
  const { blockBytes } = header;
  const number = Math.floor(offset / blockBytes);
  const imageOffset = number * blockBytes;
  const fileOffset = snapshotHeaderBytes(header) + number * (frameHeaderBytes + blockBytes);
  const payloadBytes = Math.min(blockBytes, imageBytes - imageOffset);
  return { imageOffset, fileOffset, bytes: frameHeaderBytes + payloadBytes };
}

/** Bytes of the whole file. */
export function snapshotFileBytes(header: SnapshotHeader, imageBytes: number): number {
  const blocks = Math.ceil(imageBytes / header.blockBytes);
  return snapshotHeaderBytes(header) + blocks * frameHeaderBytes + imageBytes + snapshotEndBytes;
}

function digitsAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + identityDigits));
}
