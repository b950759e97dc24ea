/**
 * Appends frames to the newest segment of the log, and begins the next one. Which frame is durable
 * when is the caller's concern; which bytes stand where is this one's.
 */
import type { Entry } from '../raft/messages.js';
import type { Disk, DiskFile } from './disk.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { segmentName } from './file-names.js';
import {
  checksumSeed,
  encodeEntriesFrame,
  encodeSegmentHeader,
  encodeSyncMark,
} from './segment-format.js';

export interface SegmentPlace {
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  readonly sequence: number;
  /** Number of the first frame that the segment holds, or will hold. */
  readonly firstFrame: number;
}

export class SegmentWriter {
  readonly sequence: number;
  readonly #file: DiskFile;
  readonly #seed: number;
  #size: number;

  /** For `create` and `reopen`, which see to what is on disk. */
  constructor(place: SegmentPlace, file: DiskFile, size: number) {
    const { identity, sequence, firstFrame } = place;
    this.sequence = sequence;
    this.#file = file;
    this.#seed = checksumSeed(encodeSegmentHeader(identity, sequence, firstFrame));
    this.#size = size;
  }

  /**
   * Begins a segment. Its header and its name are durable before the first frame can be written:
   * recovery takes a segment without a whole header for one that never held a frame.
   */
  static async create(place: SegmentPlace): Promise<SegmentWriter> {
    const { disk, identity, sequence, firstFrame } = place;
    const header = encodeSegmentHeader(identity, sequence, firstFrame);
    const file = await disk.create(segmentName(sequence));
    try {
      await file.append([header]);
      await file.sync();
      await disk.syncFolder();
    } catch (error) {
      await file.close();
      throw error;
    }
    return new SegmentWriter(place, file, header.length);
  }

  /**
   * Goes on with a segment, whose name is durable, behind its first `size` bytes. They are durable
   * when this returns, also those that an earlier process wrote and did not live to sync.
   */
  static async reopen(place: SegmentPlace, size: number): Promise<SegmentWriter> {
    const file = await place.disk.openAt(segmentName(place.sequence), size);
    await file.sync();
    return new SegmentWriter(place, file, size);
  }

  get size(): number {
    return this.#size;
  }

  /** The frame is durable when this resolves. */
  async appendEntries(frameNumber: number, entries: readonly Entry[]): Promise<void> {
    const frame = encodeEntriesFrame(frameNumber, entries, this.#seed);
    await this.#file.appendDurably([frame]);
    this.#size += frame.length;
  }

  /** Not durable before the next `sync`; its loss does no harm. */
  async appendSyncMark(frameNumber: number): Promise<void> {
    const mark = encodeSyncMark(frameNumber, this.#seed);
    await this.#file.append([mark]);
    this.#size += mark.length;
  }

  async sync(): Promise<void> {
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
