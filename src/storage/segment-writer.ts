/**
 * Appends frames to the newest segment of the log, and begins the next one. Which frame is durable
 * when is the caller's concern; which bytes stand where is this one's, and that zeros stand where
 * the next frames will.
 *
 * Making a file longer costs the file system a commit of its own with each frame; over bytes that
 * are there already, a frame costs one write. So the segment is filled with zeros ahead of the
 * frames, in the background. Invariant: a filling begins behind all that was appended, and nothing
 * is appended where one is under way.
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
import { StorageError } from './storage.js';

/** A segment that is there: up to where it is good, and what its checksums start from. */
export interface SegmentEnd {
  readonly sequence: number;
  readonly goodEnd: number;
  readonly seed: number;
}

/** How a segment is filled ahead. */
export interface FillLimits {
  /** While the segment holds less, nothing is filled: a small log takes no room beyond its own. */
  readonly heldBytesMin: number;
  /** Bytes of one step: as many as the segment holds, between these two. */
  readonly stepBytesMin: number;
  readonly stepBytesMax: number;
  /** Where the segment is left for a new one: nothing is filled behind. */
  readonly segmentBytesMax: number;
}

/** A frame that was larger than this does not keep its memory. */
const roomBytesKept = 256 * 1024;

export class SegmentWriter {
  readonly sequence: number;
  readonly #file: DiskFile;
  readonly #seed: number;
  #size: number;
  /** Undefined when nothing is filled ahead, or no more. */
  #fillLimits: FillLimits | undefined;
  /** Behind the zeros that are there; not behind `#size` when there are none. */
  #filledEnd: number;
  /** Whether there may be zeros, from a filling that was refused, too. */
  #wasFilled = false;
  /** Resolves, whatever comes of it, when the filling that is under way has ended. */
  #filling: Promise<void> | undefined;
  /** For one frame after the other: each is on disk before the next is encoded. */
  #room = new Uint8Array();

  /** For `create` and `reopen`, which see to what is on disk. */
  constructor(file: DiskFile, { sequence, goodEnd, seed }: SegmentEnd) {
    this.sequence = sequence;
    this.#file = file;
    this.#seed = seed;
    this.#size = goodEnd;
    this.#filledEnd = goodEnd;
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

  /** Fills the segment ahead of what is appended, from now on until it is sealed or closed. */
  fillAhead(limits: FillLimits): void {
    this.#fillLimits = limits;
    this.#fill();
  }

  /** The frame is durable when this resolves. */
  async append(frameNumber: number, write: LogWrite): Promise<void> {
    const makeRoom = (bytes: number): Uint8Array => this.#roomFor(bytes);
    const frame = encodeWriteFrame(frameNumber, write, this.#seed, makeRoom);
    if (this.#meetsFilling(frame.length)) await this.#filling;
    await this.#file.appendDurably(frame);
    this.#size += frame.length;
    this.#fill();
  }

  /** Not durable before the next `sync`; its loss does no harm. */
  async appendSyncMark(frameNumber: number): Promise<void> {
    const mark = encodeSyncMark(frameNumber, this.#seed);
    if (this.#meetsFilling(mark.length)) await this.#filling;
    await this.#file.append([mark]);
    this.#size += mark.length;
    this.#fill();
  }

  /** Ends the segment, durably and with all that was appended to it; the next one is there. */
  async seal(frameNumber: number): Promise<void> {
    await this.#endFilling();
    await this.#file.append([encodeSeal(frameNumber, this.#seed)]);
    await this.#cutFill();
    await this.#file.sync();
  }

  /** Has all that was appended on disk, and nothing behind it; it is closed next. */
  async settle(): Promise<void> {
    await this.#endFilling();
    await this.#cutFill();
    await this.#file.sync();
  }

  /** No filling goes on afterwards: the file may be opened anew. */
  async close(): Promise<void> {
    await this.#endFilling();
    await this.#file.close();
  }

  #roomFor(bytes: number): Uint8Array {
    if (bytes > this.#room.length || this.#room.length > roomBytesKept) {
      this.#room = new Uint8Array(Math.max(bytes, Math.min(2 * bytes, roomBytesKept)));
    }
    return this.#room.subarray(0, bytes);
  }

  /** Whether the next bytes to be appended reach to where a filling is under way. */
  #meetsFilling(bytes: number): boolean {
    return this.#filling !== undefined && this.#size + bytes > this.#filledEnd;
  }

  /** Begins a step, unless one is under way or there are zeros enough. No append is under way. */
  #fill(): void {
    const limits = this.#fillLimits;
    if (limits === undefined || this.#filling !== undefined) return;
    if (this.#size < limits.heldBytesMin) return;
    this.#filledEnd = Math.max(this.#filledEnd, this.#size);
    const from = this.#filledEnd;
    const step = Math.min(Math.max(this.#size, limits.stepBytesMin), limits.stepBytesMax);
    const to = Math.min(from + step, limits.segmentBytesMax);
    if (from - this.#size >= step || from >= to) return;
    this.#wasFilled = true;
    this.#filling = this.#fillTo(from, to);
  }

  /**
   * A disk that refuses to be filled is asked no more; whether it takes the frames, these see. A
   * bug rejects, for whoever waits for the end of it.
   */
  async #fillTo(from: number, to: number): Promise<void> {
    try {
      await this.#file.fill(from, to - from);
      this.#filledEnd = to;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#fillLimits = undefined;
    }
    this.#filling = undefined;
  }

  async #endFilling(): Promise<void> {
    this.#fillLimits = undefined;
    await this.#filling;
  }

  /** Zeros that stay, because the disk refuses to cut them off, do no harm. */
  async #cutFill(): Promise<void> {
    if (!this.#wasFilled) return;
    try {
      await this.#file.cutFill();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
  }
}
