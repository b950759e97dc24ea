/**
 * Numbered records of bytes outside of the JavaScript heap, where no garbage collection ever looks
 * at them. They stand one behind another in slabs; a record that is written again goes to the end
 * and leaves garbage, which is collected in small steps, one with each writing.
 *
 * Invariant: what stands in a slab is never changed. So a frozen view of all records is a list of
 * slabs and a copy of the places, and costs memory only for what is written after it.
 */
import { assert, must } from './assert.js';
import { ChunkedUint32s } from './chunked-uint32s.js';
import { headOf, type TextKey } from './text-key.js';

/** Records begin at multiples of this, so that 32 bits can name a place in 32 GiB. */
const alignBits = 3;
const alignBytes = 1 << alignBits;

/** In front of each record: its number and its length, u32 each. */
const headerBytes = 8;

const slabBytesDefault = 1024 * 1024;
const firstSlabBytes = 4096;

/** A record larger than this share of a slab gets a slab of its own, which goes with it. */
const sharedSlabShare = 1 / 4;

/** Garbage up to this share of all slabs, and that of two slabs, is left alone. */
const garbageShareMax = 1 / 3;

/**
 * Bytes looked through for each byte written while there is too much garbage. Of what is looked
 * through a third is garbage or more, so 4 makes it shrink: memory never grows for garbage.
 */
const collectedPerWritten = 4;

interface Slab {
  readonly bytes: Uint8Array;
  /** The same memory in words, for the headers. */
  readonly words: Uint32Array;
  /** Bytes that are filled. */
  end: number;
  /** Bytes of records that are current, with their headers. */
  live: number;
}

/** The records as they were at one moment. */
export interface FrozenRecords {
  readonly size: number;
  /** A record's bytes: a view, not to be written to. */
  bytes(number: number): Uint8Array;
  /**
   * Shows where a record stands, which spares whoever reads them all a view for each: from `start`
   * to before `end` in `memory`, which is not to be written to.
   */
  show(number: number, see: SeeRecord): void;
}

export type SeeRecord = (memory: Uint8Array, start: number, end: number) => void;

export class SlabRecords {
  readonly #slabBytes: number;
  /** Bits of an address that say where in the slab; those above say which slab. */
  readonly #placeBits: number;
  /** Places of a slab: 2 to the power of those bits. */
  readonly #slabPlaces: number;
  readonly #slabs: (Slab | undefined)[] = [];
  readonly #freeIds: number[] = [];
  readonly #addresses = new ChunkedUint32s();
  #openId: number | undefined;
  /** The slab whose current records are being moved out, and how far that has come. */
  #victimId: number | undefined;
  #victimAt = 0;
  /** What `#findKey` found last. */
  #keyAt = 0;
  #keyLength = 0;
  #totalBytes = 0;
  #liveBytes = 0;

  /** `slabBytes`: a power of two from 64 on. */
  constructor(slabBytes = slabBytesDefault) {
    this.#slabBytes = slabBytes;
    this.#placeBits = Math.log2(slabBytes) - alignBits;
    this.#slabPlaces = slabBytes / alignBytes;
    assert(
      Number.isInteger(this.#placeBits) && slabBytes >= 64,
      () => `a power of two: ${slabBytes}`,
    );
  }

  /** Records; they have the numbers 0 … size − 1. */
  get size(): number {
    return this.#addresses.length;
  }

  /** Bytes of all slabs, garbage included. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** A record's bytes: a view that keeps what it shows for as long as anybody has it. */
  bytes(number: number): Uint8Array {
    const address = this.#addresses.get(number);
    return recordBytes(this.#slabOf(address), this.#placeOf(address));
  }

  /** How many bytes a record has. */
  lengthOf(number: number): number {
    const address = this.#addresses.get(number);
    return lengthAt(this.#slabOf(address), this.#placeOf(address));
  }

  /** Compares `key` with the text that the record begins with: its length (varint) and UTF-8. */
  compareKey(key: TextKey, number: number): number {
    const bytes = this.#findKey(number);
    return key.compareTo(bytes, this.#keyAt, this.#keyLength);
  }

  /** What of the text that the record begins with stands at `at`, as `headOf` gives it. */
  keyHead(number: number, at: number): number {
    const bytes = this.#findKey(number);
    return headOf(bytes, this.#keyAt + at, this.#keyAt + this.#keyLength);
  }

  /** Writes record `number`, anew or, when it is `size`, for the first time. */
  put(number: number, record: Uint8Array): void {
    this.#put(number, record, (space) => new Uint8Array(space));
  }

  /**
   * The same with a record as `bytes` of other records gave it: one with a slab of its own is not
   * copied, for that never changes.
   */
  putShared(number: number, record: Uint8Array): void {
    this.#put(number, record, (space) => slabAround(record, space) ?? new Uint8Array(space));
  }

  /** `slabOf` makes a slab of so many bytes for a record that gets one of its own. */
  #put(number: number, record: Uint8Array, slabOf: (space: number) => Uint8Array): void {
    assert(number <= this.size, 'records are numbered without a gap');
    const isNew = number === this.size;
    if (!isNew) this.#release(this.#addresses.get(number));
    const address = this.#append(number, record, slabOf);
    if (isNew) this.#addresses.push(address);
    else this.#addresses.set(number, address);
    // A record with a slab of its own leaves no garbage, and pays for that of others only so much.
    const space = Math.min(spaceOf(record.length), this.#slabBytes * sharedSlabShare);
    this.#collect(collectedPerWritten * space);
  }

  /** All records as they are now, whatever is written later. Costs microseconds. */
  freeze(): FrozenRecords {
    const slabs = this.#slabs.slice();
    const addresses = this.#addresses.copy();
    const placeBits = this.#placeBits;
    const slabOf = (address: number): Slab =>
      must(slabs[address >>> placeBits], 'a frozen slab stays');
    return {
      size: addresses.length,
      bytes: (number) => {
        const address = addresses.get(number);
        return recordBytes(slabOf(address), placeIn(address, placeBits));
      },
      show: (number, see) => {
        const address = addresses.get(number);
        const slab = slabOf(address);
        const place = placeIn(address, placeBits);
        const start = place + headerBytes;
        see(slab.bytes, start, start + lengthAt(slab, place));
      },
    };
  }

  /** Finds the text that a record begins with; the slab's bytes, of which it is a part. */
  #findKey(number: number): Uint8Array {
    const address = this.#addresses.get(number);
    const { bytes } = this.#slabOf(address);
    let at = this.#placeOf(address) + headerBytes;
    let byte = bytes[at++] ?? 0;
    let length = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = bytes[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
    }
    this.#keyAt = at;
    this.#keyLength = length;
    return bytes;
  }

  #append(
    number: number,
    record: Uint8Array,
    slabOf: (space: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
  ): number {
    const space = spaceOf(record.length);
    const isLarge = space > this.#slabBytes * sharedSlabShare;
    const id = isLarge ? this.#addSlab(slabOf(space)) : this.#room(space);
    const slab = this.#slab(id);
    const at = slab.end;
    // A slab that is shared has all of this already, but for the number, which only counts where
    // records are moved: never out of a slab that is one record.
    const isShared = isLarge && slab.bytes.buffer === record.buffer;
    if (!isShared) {
      slab.words[at >> 2] = number;
      slab.words[(at >> 2) + 1] = record.length;
      slab.bytes.set(record, at + headerBytes);
    }
    slab.end += space;
    slab.live += space;
    this.#liveBytes += space;
    return id * this.#slabPlaces + (at >> alignBits);
  }

  /** The open slab, or a new one when its rest is too small. */
  #room(space: number): number {
    if (this.#openId !== undefined) {
      const open = this.#slab(this.#openId);
      if (open.end + space <= open.bytes.length) return this.#openId;
      const closedId = this.#openId;
      this.#openId = undefined;
      if (open.live === 0) this.#drop(closedId);
    }
    // Slabs begin small and double, so that a small map takes little.
    const wanted = Math.max(firstSlabBytes, this.#totalBytes, space / sharedSlabShare);
    this.#openId = this.#addSlab(
      new Uint8Array(spaceOf(Math.min(this.#slabBytes, wanted) - headerBytes)),
    );
    return this.#openId;
  }

  #addSlab(bytes: Uint8Array): number {
    const slab = { bytes, words: new Uint32Array(bytes.buffer), end: 0, live: 0 };
    const id = this.#freeIds.pop() ?? this.#slabs.length;
    assert(
      id < 2 ** (32 - this.#placeBits),
      'the records have room in the slabs that 32 bits name',
    );
    this.#slabs[id] = slab;
    this.#totalBytes += bytes.length;
    return id;
  }

  #drop(id: number): void {
    this.#totalBytes -= this.#slab(id).bytes.length;
    this.#slabs[id] = undefined;
    this.#freeIds.push(id);
    if (this.#victimId === id) this.#victimId = undefined;
  }

  /** The record at this address is current no longer. */
  #release(address: number): void {
    const id = address >>> this.#placeBits;
    const slab = this.#slab(id);
    const space = spaceOf(lengthAt(slab, this.#placeOf(address)));
    slab.live -= space;
    this.#liveBytes -= space;
    if (slab.live === 0 && id !== this.#openId) this.#drop(id);
  }

  /** Looks through about `budget` bytes of slabs with much garbage, if there is too much. */
  #collect(budget: number): void {
    for (let left = budget; left > 0 && this.#hasMuchGarbage();) {
      this.#victimId ??= this.#chooseVictim();
      left -= this.#lookThrough(this.#victimId);
    }
  }

  #hasMuchGarbage(): boolean {
    const garbage = this.#totalBytes - this.#liveBytes;
    return garbage > this.#totalBytes * garbageShareMax + 2 * this.#slabBytes;
  }

  /** The closed slab with the greatest share of garbage. */
  #chooseVictim(): number {
    let victimId: number | undefined;
    let leastShare = 1;
    for (let id = 0; id < this.#slabs.length; id++) {
      const slab = this.#slabs[id];
      if (slab === undefined || id === this.#openId) continue;
      const share = slab.live / slab.bytes.length;
      if (share < leastShare) {
        leastShare = share;
        victimId = id;
      }
    }
    this.#victimAt = 0;
    return must(victimId, 'more garbage than the open slab can hold is in other slabs');
  }

  /** Moves the victim's next record to the end if it is current; returns the bytes it takes. */
  #lookThrough(victimId: number): number {
    const victim = this.#slab(victimId);
    const at = this.#victimAt;
    const number = victim.words[at >> 2] ?? 0;
    const length = lengthAt(victim, at);
    const address = victimId * this.#slabPlaces + (at >> alignBits);
    this.#victimAt = at + spaceOf(length);
    if (this.#addresses.get(number) === address) {
      this.#addresses.set(number, this.#append(number, recordBytes(victim, at)));
      this.#release(address);
    }
    return spaceOf(length);
  }

  #slab(id: number): Slab {
    return must(this.#slabs[id], 'a slab in use');
  }

  #slabOf(address: number): Slab {
    return this.#slab(address >>> this.#placeBits);
  }

  #placeOf(address: number): number {
    return placeIn(address, this.#placeBits);
  }
}

/** Offset in its slab of the record at an address. */
function placeIn(address: number, placeBits: number): number {
  return (address & ((1 << placeBits) - 1)) << alignBits;
}

function lengthAt(slab: Slab, at: number): number {
  return slab.words[(at >> 2) + 1] ?? 0;
}

function recordBytes(slab: Slab, at: number): Uint8Array {
  const start = at + headerBytes;
  return slab.bytes.subarray(start, start + lengthAt(slab, at));
}

/** What a record of this length takes with its header, up to where the next one may begin. */
function spaceOf(recordBytes: number): number {
  return (headerBytes + recordBytes + alignBytes - 1) & -alignBytes;
}

/** The slab that is this record and nothing else, if there is one. */
function slabAround(
  { buffer, byteOffset, length }: Uint8Array,
  space: number,
): Uint8Array | undefined {
  const isAlone = byteOffset === headerBytes && buffer.byteLength === space;
  return isAlone && space === spaceOf(length) ? new Uint8Array(buffer) : undefined;
}
