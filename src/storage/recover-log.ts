/**
 * Reads the log back from its segments, and tells apart what a power failure may leave from what
 * it may not. Only bytes that no later byte proves to have been acknowledged may be given up: the
 * torn end of the last write. Everything else that cannot be read is damage, and refused.
 */
import type { LogIndex, Term } from '../base/ids.js';
import { EntryFormatError, decodeEntries } from '../raft/entry-codec.js';
import type { Entry } from '../raft/messages.js';
import type { Disk } from './disk.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { segmentName, segmentSequence } from './file-names.js';
import { refillAdvice } from './refill-advice.js';
import {
  checksumSeed,
  encodeSegmentHeader,
  findFrame,
  frameHeaderBytes,
  hasWholeSegmentHeader,
  readFrame,
  segmentHeaderBytes,
} from './segment-format.js';
import type { Frame } from './segment-format.js';
import { StorageDamagedError } from './storage.js';

export interface RecoveredLog {
  readonly entries: readonly Entry[];
  /** Number of the last frame with entries; 0 when there is none. */
  readonly lastFrame: number;
  /** Whether the last frame's sync mark is there. */
  readonly marked: boolean;
  /** The segment to go on with; undefined when the folder holds none. */
  readonly last: LastSegment | undefined;
  readonly notices: readonly string[];
}

export interface LastSegment {
  readonly sequence: number;
  readonly firstFrame: number;
  /** Bytes that are good; none when not even the header is whole. */
  readonly goodBytes: number;
}

/** Throws `StorageDamagedError` when something acknowledged is gone. Changes nothing on disk. */
export async function recoverLog(disk: Disk, identity: FolderIdentity): Promise<RecoveredLog> {
  const sequences = (await disk.list())
    .map(segmentSequence)
    .filter((sequence) => sequence !== undefined);
  const reader = new LogReader(identity);
  for (const [at, sequence] of sequences.entries()) {
    if (sequence !== at + 1) throw damage(segmentName(at + 1), 0, 'the file is missing');
    const bytes = (await disk.read(segmentName(sequence))) ?? new Uint8Array();
    reader.readSegment(sequence, bytes, sequence === sequences.length);
  }
  return reader.recovered();
}

/** One file of the log while it is read. */
interface Segment {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly seed: number;
  readonly isLast: boolean;
}

class LogReader {
  readonly #identity: FolderIdentity;
  readonly #entries: Entry[] = [];
  readonly #notices: string[] = [];
  #lastFrame = 0;
  #marked = false;
  #last: LastSegment | undefined;

  constructor(identity: FolderIdentity) {
    this.#identity = identity;
  }

  recovered(): RecoveredLog {
    return {
      entries: this.#entries,
      lastFrame: this.#lastFrame,
      marked: this.#marked,
      last: this.#last,
      notices: this.#notices,
    };
  }

  readSegment(sequence: number, bytes: Uint8Array, isLast: boolean): void {
    const firstFrame = this.#lastFrame + 1;
    const header = encodeSegmentHeader(this.#identity, sequence, firstFrame);
    const segment = { name: segmentName(sequence), bytes, seed: checksumSeed(header), isLast };
    if (!header.every((byte, at) => byte === bytes[at])) {
      this.#checkTornHeader(segment);
      this.#last = { sequence, firstFrame, goodBytes: 0 };
      return;
    }
    this.#last = { sequence, firstFrame, goodBytes: this.#readFrames(segment) };
  }

  /** The header is durable before the first frame is written; only without one may it be torn. */
  #checkTornHeader({ name, bytes, seed, isLast }: Segment): void {
    if (hasWholeSegmentHeader(bytes)) {
      throw damage(name, 0, 'its header does not follow the segment before, or is of other data');
    }
    if (!isLast || findFrame(bytes, segmentHeaderBytes, seed) !== undefined) {
      throw damage(name, 0, 'its header cannot be read');
    }
    if (bytes.length > 0) {
      this.#notices.push(`began ${name} anew: nothing was written to it but part of its header`);
    }
  }

  /** Takes in all frames and returns the offset behind the last good one. */
  #readFrames(segment: Segment): number {
    let at = segmentHeaderBytes;
    while (at < segment.bytes.length) {
      const frame = readFrame(segment.bytes, at, segment.seed) ?? this.#frameBehind(segment, at);
      if (frame === undefined) break;
      this.#takeFrame(segment, frame);
      at = frame.end;
    }
    return at;
  }

  /**
   * What to go on with behind bytes that are no frame: undefined at the end of what was written,
   * the next frame when only a sync mark is lost, and otherwise damage.
   */
  #frameBehind({ name, bytes, seed, isLast }: Segment, at: number): Frame | undefined {
    const frame = findFrame(bytes, at + 1, seed);
    const lostBytes = (frame?.start ?? bytes.length) - at;
    const onlyMarkLost = lostBytes === frameHeaderBytes && frame?.type !== 'syncMark';
    const follows = frame === undefined ? !isLast : frame.number === this.#lastFrame + 1;
    if (onlyMarkLost && follows) {
      this.#notices.push(`${name}: passed over an unreadable sync mark at offset ${at}`);
      return frame;
    }
    if (frame === undefined && bytes.subarray(at).every((byte) => byte === 0)) return undefined;
    if (frame !== undefined || !isLast) {
      throw damage(name, at, `frame ${this.#lastFrame + 1} was acknowledged and cannot be read`);
    }
    this.#notices.push(
      `cut ${lostBytes} torn bytes off ${name} at offset ${at}: a write that was not finished`,
    );
    return undefined;
  }

  #takeFrame({ name }: Segment, frame: Frame): void {
    if (frame.type === 'syncMark') {
      if (frame.number !== this.#lastFrame) {
        throw damage(name, frame.start, `frame ${frame.number} was acknowledged and is missing`);
      }
      this.#marked = true;
      return;
    }
    if (frame.number !== this.#lastFrame + 1) {
      throw damage(name, frame.start, `frame ${this.#lastFrame + 1} is missing`);
    }
    this.#takeEntries(name, frame);
    this.#lastFrame = frame.number;
    this.#marked = false;
  }

  #takeEntries(name: string, frame: Frame): void {
    const entries = decodeFrame(name, frame);
    const first = entries[0];
    if (first === undefined) throw damage(name, frame.start, 'a frame without entries');
    if (first.index > this.#entries.length + 1) {
      throw damage(name, frame.start, `entry ${this.#entries.length + 1} is missing`);
    }
    this.#entries.length = first.index - 1;
    const before = this.#entries.at(-1);
    if (before !== undefined && before.term > first.term) {
      throw damage(name, frame.start, `the term falls at ${describe(first.index, first.term)}`);
    }
    for (const entry of entries) this.#entries.push(entry);
  }
}

function decodeFrame(name: string, frame: Frame): Entry[] {
  try {
    return decodeEntries(frame.payload);
  } catch (error) {
    if (!(error instanceof EntryFormatError)) throw error;
    throw damage(name, frame.start, `frame ${frame.number} holds no log entries`, error);
  }
}

function describe(index: LogIndex, term: Term): string {
  return `entry ${index} (term ${term})`;
}

function damage(name: string, offset: number, what: string, cause?: Error): StorageDamagedError {
  const message = `${name} is damaged at offset ${offset}: ${what}; ${refillAdvice}`;
  return new StorageDamagedError(message, { cause });
}
