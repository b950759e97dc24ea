/**
 * The one binary form of log entries: it stands in the log segments on disk and, as base64, in
 * AppendEntries. An entry is encoded with no knowledge of its payload.
 *
 * Layout, little-endian: term u48, index u48, kind u8 (0 no-op, 1 command, 2 configuration),
 * payload length u32, payload bytes. Checksums belong to the layer that stores or carries the
 * bytes.
 */
import { assert } from '../base/assert.js';
import { asLogIndex, asTerm } from '../base/ids.js';
import { getU48 } from '../base/u48.js';
import type { Entry, EntryKind } from './messages.js';

/** Bytes of an encoded entry before its payload. */
export const entryHeaderBytes = 17;

/** Each at the number that stands for it. */
const kinds: readonly EntryKind[] = ['noop', 'command', 'configuration'];
const twoPow32 = 2 ** 32;
const twoPow48 = 2 ** 48;

/** Bytes that cannot be a sequence of entries: damage, or a peer that speaks another language. */
export class EntryFormatError extends Error {
  override readonly name = 'EntryFormatError';
}

/** Size in bytes of `entry` as `encodeEntries` writes it. */
export function encodedEntryBytes(entry: Entry): number {
  return entryHeaderBytes + entry.payload.length;
}

/** The entries one after the other, in one new buffer. */
export function encodeEntries(entries: readonly Entry[]): Uint8Array {
  let total = 0;
  for (const entry of entries) total += encodedEntryBytes(entry);
  const bytes = new Uint8Array(total);
  encodeEntriesInto(entries, bytes, 0);
  return bytes;
}

/** Writes the entries at `offset`, which must have room for them; returns the offset behind. */
export function encodeEntriesInto(
  entries: readonly Entry[],
  bytes: Uint8Array,
  offset: number,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = offset;
  for (const entry of entries) {
    putU48(view, at, entry.term);
    putU48(view, at + 6, entry.index);
    view.setUint8(at + 12, kinds.indexOf(entry.kind));
    view.setUint32(at + 13, entry.payload.length, true);
    bytes.set(entry.payload, at + entryHeaderBytes);
    at += entryHeaderBytes + entry.payload.length;
  }
  return at;
}

/**
 * The entries in `bytes`; payloads are views into it, not copies. Throws `EntryFormatError` unless
 * the bytes are whole entries with consecutive indexes from 1 up and terms that never fall.
 */
export function decodeEntries(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Entry[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < entryHeaderBytes) throw new EntryFormatError('entry header cut short');
    const payloadBytes = view.getUint32(at + 13, true);
    const payloadAt = at + entryHeaderBytes;
    if (bytes.length - payloadAt < payloadBytes) {
      throw new EntryFormatError('entry payload cut short');
    }
    const kindNumber = view.getUint8(at + 12);
    const kind = kinds[kindNumber];
    if (kind === undefined) throw new EntryFormatError(`unknown entry kind ${kindNumber}`);
    if (kind === 'noop' && payloadBytes > 0) throw new EntryFormatError('no-op with a payload');
    const entry: Entry = {
      index: asLogIndex(getU48(view, at + 6)),
      term: asTerm(getU48(view, at)),
      kind,
      payload: bytes.subarray(payloadAt, payloadAt + payloadBytes),
    };
    checkOrder(entries.at(-1), entry);
    entries.push(entry);
    at = payloadAt + payloadBytes;
  }
  return entries;
}

function checkOrder(before: Entry | undefined, entry: Entry): void {
  if (entry.index < 1) throw new EntryFormatError('entry index 0');
  if (entry.term < 1) throw new EntryFormatError('entry of term 0');
  if (before === undefined) return;
  if (entry.index !== before.index + 1) {
    throw new EntryFormatError(`entry ${entry.index} follows entry ${before.index}`);
  }
  if (entry.term < before.term) {
    throw new EntryFormatError(`term falls from ${before.term} to ${entry.term}`);
  }
}

function putU48(view: DataView, at: number, value: number): void {
  assert(value < twoPow48, () => `${value} does not fit into 48 bits`);
  view.setUint32(at, value % twoPow32, true);
  view.setUint16(at + 4, Math.floor(value / twoPow32), true);
}
