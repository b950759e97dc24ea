/**
 * Reads the log back from the bytes of its segments, one behind the other, and tells apart what a
 * power failure may leave from what it may not. Only bytes that no later byte proves to have been
 * acknowledged may be given up: the torn end of the last write. Everything else that cannot be
 * read is damage: `StorageDamagedError`, and the reader is of no use any more.
 */
import { asLogIndex, asTerm } from '../base/ids.js';
import type { LogIndex, Term } from '../base/ids.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { EntryFormatError, decodeEntries } from '../raft/entry-codec.js';
import type { Entry, LogPosition } from '../raft/messages.js';
import { damageAt } from './damage.js';
import { segmentName } from './file-names.js';
import { findFrame, frameHeaderBytes, readFrame } from './frame-format.js';
import type { Frame } from './frame-format.js';
import { decodeSegmentHeader, segmentHeaderBytes, splitReset } from './segment-format.js';
import type { LogWrite, SegmentHeader } from './segment-format.js';
import { StorageDamagedError } from './storage.js';

/** Where a log begins. The term is not known when entries that replaced others come first. */
export interface LogBase {
  readonly index: LogIndex;
  readonly term: Term | undefined;
}

export interface SegmentSummary {
  readonly sequence: number;
  /** Undefined when not even the header was written to its end. */
  readonly header: SegmentHeader | undefined;
  /** Bytes of the file. */
  readonly bytes: number;
  /** How many numbered frames it holds, and the number of the last; 0 without one. */
  frames: number;
  lastFrame: number;
  lastFrameStart: number;
  /** Behind the last frame or mark that can be read; a seal does not count. */
  goodEnd: number;
  isSealed: boolean;
  /** The least and the highest index among its entries; both 0 without one. */
  firstIndex: number;
  lastIndex: number;
}

/** A frame that no later one proves to be durable: it may live in the page cache only. */
export interface UnprovenFrame extends LogWrite {
  readonly number: number;
  /** Where the log ended before it. */
  readonly before: LogPosition;
}

export class LogReader {
  readonly #identity: FolderIdentity;
  readonly #notices: string[] = [];
  readonly #segments: SegmentSummary[] = [];
  #base: LogBase = { index: asLogIndex(0), term: asTerm(0) };
  #entries: Entry[] = [];
  /** Number of the last frame; that of a segment's first, less one, before any was read. */
  #lastFrame = 0;
  /** The last frame, until something proves that it was durable. */
  #unproven: UnprovenFrame | undefined;
  /** Where the segment that was read last ends in bytes that are no frame. */
  #unreadableEnd: { readonly name: string; readonly at: number } | undefined;

  constructor(identity: FolderIdentity) {
    this.#identity = identity;
  }

  get base(): LogBase {
    return this.#base;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get segments(): readonly SegmentSummary[] {
    return this.#segments;
  }

  get notices(): readonly string[] {
    return this.#notices;
  }

  /** Number of the last frame. One that is not proven counts, wherever it stands. */
  get lastFrame(): number {
    return this.#unproven?.number ?? this.#lastFrame;
  }

  get unproven(): UnprovenFrame | undefined {
    return this.#unproven;
  }

  readSegment(sequence: number, bytes: Uint8Array, isLast: boolean): void {
    const name = segmentName(sequence);
    const header = decodeSegmentHeader(this.#identity, sequence, bytes);
    const summary: SegmentSummary = {
      sequence,
      header,
      bytes: bytes.length,
      frames: 0,
      lastFrame: 0,
      lastFrameStart: 0,
      goodEnd: header?.bytes ?? 0,
      isSealed: false,
      firstIndex: 0,
      lastIndex: 0,
    };
    if (header === undefined) this.#checkTornHeader(name, bytes, isLast);
    else this.#begin(name, header);
    this.#segments.push(summary);
    this.#unreadableEnd = undefined;
    if (header === undefined) return;
    this.#readFrames({ name, bytes, header, summary, isLast });
  }

  /** A seal is written once the next segment is there. */
  checkEnd(): void {
    const last = this.#segments.at(-1);
    if (last?.isSealed !== true) return;
    throw damage(segmentName(last.sequence + 1), 0, 'the file is missing');
  }

  /**
   * The header is durable before the segment before is sealed, and before the first frame is
   * written; only until then may it be torn.
   */
  #checkTornHeader(name: string, bytes: Uint8Array, isLast: boolean): void {
    const isSealedBefore = this.#segments.at(-1)?.isSealed === true;
    if (!isLast || isSealedBefore || bytes.length > segmentHeaderBytes) {
      throw damage(name, 0, 'its header cannot be read');
    }
    if (bytes.length > 0) {
      this.#notices.push(`began ${name} anew: nothing was written to it but part of its header`);
    }
  }

  /** What the header says must follow from the segments before. */
  #begin(name: string, { firstFrame, previous }: SegmentHeader): void {
    if (this.#segments.length === 0) {
      this.#lastFrame = firstFrame - 1;
      this.#base = previous ?? this.#base;
      return;
    }
    // A frame that was not proven when the server started was written again, into a new segment.
    if (firstFrame === this.#unproven?.number) {
      this.#checkPrevious(name, previous, this.#unproven.before);
      this.#lastFrame = firstFrame - 1;
      return;
    }
    if (firstFrame !== this.#lastFrame + 1) {
      const place = this.#unreadableEnd ?? { name, at: 0 };
      throw damage(place.name, place.at, `frame ${this.#lastFrame + 1} is missing`);
    }
    this.#checkPrevious(name, previous, this.#last());
    this.#prove();
  }

  #checkPrevious(name: string, found: LogPosition | undefined, expected: LogBase): void {
    if (found === undefined) return;
    const isTermRight = expected.term === undefined || found.term === expected.term;
    if (found.index === expected.index && isTermRight) return;
    throw damage(name, 0, `it follows entry ${found.index}, but the log ends at ${expected.index}`);
  }

  #readFrames(segment: Segment): void {
    const { bytes, header, summary } = segment;
    let at = header.bytes;
    while (at < bytes.length) {
      const frame = readFrame(bytes, at, header.seed) ?? this.#frameBehind(segment, at);
      if (frame === undefined) return;
      if (frame.type === 'seal') {
        this.#takeSeal(segment, frame);
        return;
      }
      this.#takeFrame(segment, frame);
      at = frame.end;
      summary.goodEnd = at;
    }
  }

  /**
   * What to go on with behind bytes that are no frame: undefined at the end of what was written,
   * the next frame when only a mark is lost, and otherwise damage. Whether a segment that is not
   * the last lost a frame at its end, the next one's header tells.
   */
  #frameBehind(segment: Segment, at: number): Frame | undefined {
    const { name, bytes, header, isLast } = segment;
    // What was filled ahead is long: no frame is looked for where there are but zeros.
    if (isZeros(bytes, at)) return undefined;
    const frame = findFrame(bytes, at + 1, header.seed);
    const lostBytes = (frame?.start ?? bytes.length) - at;
    if (frame === undefined) {
      const notice = isLast
        ? `cut ${lostBytes} torn bytes off ${name} at offset ${at}: ` +
          'a write that was not finished'
        : `passed over ${lostBytes} unreadable bytes at the end of ${name}, at offset ${at}`;
      this.#notices.push(notice);
      this.#unreadableEnd = { name, at };
      return undefined;
    }
    const expected = frame.type === 'seal' ? this.#lastFrame : this.#lastFrame + 1;
    if (lostBytes === frameHeaderBytes && frame.type !== 'syncMark' && frame.number === expected) {
      this.#notices.push(`${name}: passed over an unreadable sync mark at offset ${at}`);
      return frame;
    }
    throw damage(name, at, `frame ${this.#lastFrame + 1} was acknowledged and cannot be read`);
  }

  /** The last frame is durable; one that is to be read again, in a later segment, is not it. */
  #prove(): void {
    if (this.#unproven?.number === this.#lastFrame) this.#unproven = undefined;
  }

  #takeSeal({ name, summary }: Segment, { number, start }: Frame): void {
    if (number !== this.#lastFrame) {
      throw damage(name, start, `frame ${number} was acknowledged and is missing`);
    }
    this.#prove();
    summary.isSealed = true;
  }

  #takeFrame({ name, summary }: Segment, frame: Frame): void {
    if (frame.type === 'syncMark') {
      if (frame.number !== this.#lastFrame) {
        throw damage(name, frame.start, `frame ${frame.number} was acknowledged and is missing`);
      }
      this.#prove();
      return;
    }
    if (frame.number !== this.#lastFrame + 1) {
      throw damage(name, frame.start, `frame ${this.#lastFrame + 1} is missing`);
    }
    const write = decodeWrite(name, frame);
    const before = this.#unproven?.number === frame.number ? this.#unproven.before : this.#last();
    if (write.reset !== undefined) this.#reset(write.reset, summary);
    const first = write.entries[0];
    if (first !== undefined) this.#takeEntries(name, frame, [first, ...write.entries.slice(1)]);
    noteEntries(summary, write.entries);
    summary.frames += 1;
    summary.lastFrame = frame.number;
    summary.lastFrameStart = frame.start;
    this.#lastFrame = frame.number;
    const term = before.term ?? asTerm(0);
    this.#unproven = { ...write, number: frame.number, before: { index: before.index, term } };
  }

  /** Nothing before a new beginning of the log is of any use. */
  #reset(position: LogPosition, current: SegmentSummary): void {
    this.#entries = [];
    this.#base = position;
    for (const summary of [...this.#segments, current]) {
      summary.lastIndex = Math.min(summary.lastIndex, position.index);
    }
  }

  #takeEntries(name: string, frame: Frame, entries: readonly [Entry, ...Entry[]]): void {
    const [first] = entries;
    if (first.index > this.#last().index + 1) {
      throw damage(name, frame.start, `entry ${this.#last().index + 1} is missing`);
    }
    if (first.index <= this.#base.index) {
      const term = first.index === 1 ? asTerm(0) : undefined;
      this.#base = { index: asLogIndex(first.index - 1), term };
    }
    this.#entries.length = first.index - this.#base.index - 1;
    const term = this.#last().term;
    if (term !== undefined && term > first.term) {
      const place = `entry ${first.index} (term ${first.term})`;
      throw damage(name, frame.start, `the term falls at ${place}`);
    }
    for (const entry of entries) this.#entries.push(entry);
  }

  #last(): LogBase {
    return this.#entries.at(-1) ?? this.#base;
  }
}

/** One file of the log while it is read. */
interface Segment {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly header: SegmentHeader;
  readonly summary: SegmentSummary;
  readonly isLast: boolean;
}

function isZeros(bytes: Uint8Array, from: number): boolean {
  let at = from;
  while (at < bytes.length && bytes[at] === 0) at += 1;
  return at === bytes.length;
}

function noteEntries(summary: SegmentSummary, entries: readonly Entry[]): void {
  const first = entries[0]?.index;
  const last = entries.at(-1)?.index;
  if (first === undefined || last === undefined) return;
  summary.firstIndex = summary.firstIndex === 0 ? first : Math.min(summary.firstIndex, first);
  summary.lastIndex = Math.max(summary.lastIndex, last);
}

function decodeWrite(name: string, frame: Frame): LogWrite {
  try {
    if (frame.type === 'entries') {
      const entries = decodeEntries(frame.payload);
      if (entries.length > 0) return { reset: undefined, entries };
      throw damage(name, frame.start, 'a frame without entries');
    }
    const parts = frame.type === 'reset' ? splitReset(frame.payload) : undefined;
    if (parts === undefined) throw damage(name, frame.start, `a frame of type ${frame.type}`);
    const [reset, rest] = parts;
    const entries = decodeEntries(rest);
    const first = entries[0];
    if (first === undefined || first.index === reset.index + 1) return { reset, entries };
    throw damage(name, frame.start, `entry ${reset.index + 1} is missing`);
  } catch (error) {
    if (!(error instanceof EntryFormatError)) throw error;
    throw damage(name, frame.start, `frame ${frame.number} holds no log entries`, error);
  }
}

function damage(name: string, offset: number, what: string, cause?: Error): StorageDamagedError {
  return new StorageDamagedError(damageAt(name, offset, what).text, { cause });
}
