/**
 * Older versions of files, from the moment when a newer one takes their place until they are
 * forgotten: each the record of its file as it was (docs/decisions/0016-kept-versions.md). What is
 * kept follows from the order of the updates alone, so it is the same on all servers.
 */
import { assert } from '../base/assert.js';
import { ChunkedUint32s } from '../base/chunked-uint32s.js';
import { HashIndex } from '../base/hash-index.js';
import { SlabRecords, type FrozenRecords, type SeeRecord } from '../base/slab-records.js';
import type { TextKey } from '../base/text-key.js';
import { readFileVersion } from './file-record.js';

/** What is kept at most. Part of the state: it must be the same on all servers. */
export interface HistoryBounds {
  /** Of all files together, in bytes of memory; exceeded for a while by what is large. */
  readonly historyBytesMax: number;
  /** Older versions of each file: those with the numbers right below the current one. */
  readonly versionsKeptMax: number;
}

/** What a version costs beside its record, about: places in the slab, the index and the order. */
const versionCostBytes = 40;

/** The oldest ones that make room for one version at most: below a millisecond of work. */
export const droppedAtOnceMax = 1_000;

/** A version that does not fit into so many times the bound is not kept. */
const excessMax = 2;

const noRecord = new Uint8Array();

/** Stands for no slot where slots are kept as slot + 1. */
const none = 0;

export class KeptVersions {
  readonly bounds: HistoryBounds;
  /** Slots: a record each, an empty one where a slot is free. Which is which nobody else sees. */
  readonly #records = new SlabRecords();
  /** Finds slots by name and version. */
  readonly #index = new HashIndex();
  /** Of each slot the one that came next, and before: the order in which they are to go. */
  readonly #next = new ChunkedUint32s();
  readonly #previous = new ChunkedUint32s();
  #oldest = none;
  #newest = none;
  /** The first free slot; the others follow as `next`. */
  #free = none;
  #size = 0;
  #bytes = 0;
  /** What is being looked for. */
  #wantedName: TextKey | undefined;
  #wantedVersion = 0;
  readonly #isWanted = (slot: number): boolean =>
    this.#wantedName !== undefined &&
    this.#records.compareKey(this.#wantedName, slot) === 0 &&
    readFileVersion(this.#records.bytes(slot)) === this.#wantedVersion;

  constructor(bounds: HistoryBounds) {
    const { historyBytesMax, versionsKeptMax } = bounds;
    const isRight = historyBytesMax >= 0 && versionsKeptMax >= 1;
    assert(isRight, () => `bounds of the history: ${JSON.stringify(bounds)}`);
    this.bounds = bounds;
  }

  /** Versions that are kept. */
  get size(): number {
    return this.#size;
  }

  /** Whether one more record of this length could be kept at all. */
  hasRoomFor(recordBytes: number): boolean {
    return this.#bytes + costOf(recordBytes) <= excessMax * this.bounds.historyBytesMax;
  }

  /**
   * Keeps the record of a version of the file with this name, whose place a newer one takes: a view
   * of records that never change, as files stand in. Undefined: it is not to be kept.
   */
  supersede(name: TextKey, version: number, record: Uint8Array | undefined): void {
    this.forget(name, version - this.bounds.versionsKeptMax);
    if (record === undefined) return;
    const room = this.bounds.historyBytesMax - costOf(record.length);
    for (let left = droppedAtOnceMax; left > 0 && this.#bytes > room; left--) {
      if (this.#oldest === none) break;
      this.#drop(this.#oldest - 1);
    }
    if (!this.hasRoomFor(record.length)) return;
    const slot = this.#takeSlot();
    this.#records.putShared(slot, record);
    this.#append(slot, name, version);
  }

  /** Adds a version that is not there, as the newest. */
  load(name: TextKey, version: number, record: Uint8Array): void {
    const slot = this.#takeSlot();
    this.#records.put(slot, record);
    this.#append(slot, name, version);
  }

  /** The record of a version, a view, not to be written to; undefined when it is not kept. */
  find(name: TextKey, version: number): Uint8Array | undefined {
    const slot = this.#find(name, version);
    return slot === undefined ? undefined : this.#records.bytes(slot);
  }

  /** Keeps a version no longer, if it is kept. */
  forget(name: TextKey, version: number): void {
    const slot = this.#find(name, version);
    if (slot !== undefined) this.#drop(slot);
  }

  /** All as they are now, whatever comes later. */
  freeze(): FrozenVersions {
    return new FrozenVersions(this.#records.freeze(), this.#next.copy(), this.#oldest);
  }

  #find(name: TextKey, version: number): number | undefined {
    if (version < 1 || this.#size === 0) return undefined;
    this.#wantedName = name;
    this.#wantedVersion = version;
    return this.#index.find(hashOf(name, version), this.#isWanted);
  }

  #append(slot: number, name: TextKey, version: number): void {
    this.#index.add(hashOf(name, version), slot);
    this.#next.set(slot, none);
    this.#previous.set(slot, this.#newest);
    if (this.#newest === none) this.#oldest = slot + 1;
    else this.#next.set(this.#newest - 1, slot + 1);
    this.#newest = slot + 1;
    this.#size += 1;
    this.#bytes += costOf(this.#records.lengthOf(slot));
  }

  #takeSlot(): number {
    if (this.#free !== none) {
      const slot = this.#free - 1;
      this.#free = this.#next.get(slot);
      return slot;
    }
    this.#next.push(none);
    this.#previous.push(none);
    return this.#records.size;
  }

  #drop(slot: number): void {
    this.#bytes -= costOf(this.#records.lengthOf(slot));
    this.#size -= 1;
    this.#index.remove(slot);
    this.#records.put(slot, noRecord);
    const [next, previous] = [this.#next.get(slot), this.#previous.get(slot)];
    if (previous === none) this.#oldest = next;
    else this.#next.set(previous - 1, next);
    if (next === none) this.#newest = previous;
    else this.#previous.set(next - 1, previous);
    this.#next.set(slot, this.#free);
    this.#free = slot + 1;
  }
}

/** Older versions as they were at one moment, read once, in the order in which they are to go. */
export class FrozenVersions {
  readonly #records: FrozenRecords;
  readonly #next: ChunkedUint32s;
  #present: number;

  constructor(records: FrozenRecords, next: ChunkedUint32s, oldest: number) {
    this.#records = records;
    this.#next = next;
    this.#present = oldest;
  }

  /** Shows where the next record stands; false when there is none. */
  showNext(see: SeeRecord): boolean {
    if (this.#present === none) return false;
    const slot = this.#present - 1;
    this.#records.show(slot, see);
    this.#present = this.#next.get(slot);
    return true;
  }
}

function costOf(recordBytes: number): number {
  return versionCostBytes + recordBytes;
}

/** Versions of one name are spread as names are. */
function hashOf({ hash }: TextKey, version: number): number {
  let sum = hash ^ Math.imul(version, 0x9e3779b1);
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  return (sum ^ (sum >>> 13)) >>> 0;
}
