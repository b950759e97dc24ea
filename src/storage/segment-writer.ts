/**
 * Appends frames to the newest segment of the log, and begins the next one. Which frame is durable
 * when is the caller's concern; which bytes stand where is this one's.
 */
import type { Disk, DiskFile } from './disk.js';
import { segmentName } from './file-names.js';
import {
  encodeSeal,
  encodeSegmentHeader,
  encodeSyncMark,
  encodeWriteFrame,
  seedOf,
} from './segment-format.js';
import type { LogWrite, SegmentBeginning } from './segment-format.js';

/** A segment that is there: up to where it is good, and what its checksums start from. */
export interface SegmentEnd {
  readonly sequence: number;
  readonly goodEnd: number;
  readonly seed: number;
}

export class SegmentWriter {
  readonly sequence: number;
  readonly #file: DiskFile;
  readonly #seed: number;
  #size: number;

  /** For `create` and `reopen`, which see to what is on disk. */
  constructor(file: DiskFile, { sequence, goodEnd, seed }: SegmentEnd) {
    this.sequence = sequence;
    this.#file = file;
    this.#seed = seed;
    this.#size = goodEnd;
  }

  /**
   * Begins a segment. Its header and its name are durable before the first frame can be written:
   * recovery takes a segment without a whole header for one that never held a frame.
   */
  static async create(disk: Disk, beginning: SegmentBeginning): Promise<SegmentWriter> {
    const header = encodeSegmentHeader(beginning);
    const { sequence } = beginning;
    const file = await disk.create(segmentName(sequence));
    try {
      await file.append([header]);
      await file.sync();
      await disk.syncFolder();
    } catch (error) {
      await file.close();
      throw error;
    }
    return new SegmentWriter(file, { sequence, goodEnd: header.length, seed: seedOf(header) });
  }

  /**
   * Goes on with a segment, whose name is durable, behind its good bytes; what follows them is cut
   * off. The last frame among them must be known to be durable; a mark behind it is now, too.
   */
  static async reopen(disk: Disk, end: SegmentEnd): Promise<SegmentWriter> {
    const file = await disk.openAt(segmentName(end.sequence), end.goodEnd);
    try {
      await file.sync();
    } catch (error) {
      await file.close();
      throw error;
    }
    return new SegmentWriter(file, end);
  }

  get size(): number {
    return this.#size;
  }

  /** The frame is durable when this resolves. */
  async append(frameNumber: number, write: LogWrite): Promise<void> {
    const frame = encodeWriteFrame(frameNumber, write, this.#seed);
    await this.#file.appendDurably([frame]);
    this.#size += frame.length;
  }

  /** Not durable before the next `sync`; its loss does no harm. */
  async appendSyncMark(frameNumber: number): Promise<void> {
    const mark = encodeSyncMark(frameNumber, this.#seed);
    await this.#file.append([mark]);
    this.#size += mark.length;
  }

  /** Ends the segment, durably and with all that was appended to it; the next one is there. */
  async seal(frameNumber: number): Promise<void> {
    await this.#file.append([encodeSeal(frameNumber, this.#seed)]);
    await this.#file.sync();
  }

  async sync(): Promise<void> {
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
