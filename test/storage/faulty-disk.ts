/**
 * A disk in memory that keeps apart what is synced and what is not, and can do what real ones do:
 * lose power at any operation, tear and reorder everything unsynced, refuse an operation, and flip
 * a bit. All chance comes from the seed.
 */
import { must } from '../../src/base/assert.js';
import type { Disk, DiskFile } from '../../src/storage/disk.js';
import { StorageError } from '../../src/storage/storage.js';

/** Small, so that short test files have many pages to lose one by one. */
const pageBytes = 8;

interface Inode {
  durable: Uint8Array;
  /** What can be read. */
  current: Uint8Array;
  /**
   * What `durable` will be after a sync. The same as `current` but for what a sync that failed
   * should have written: that can be read, and no later sync writes it.
   */
  writable: Uint8Array;
}

function inodeOf(bytes: Uint8Array): Inode {
  return { durable: bytes, current: bytes, writable: bytes };
}

/** A change of names that is not durable yet. */
type NameChange = (names: Map<string, Inode>) => void;

export interface Faults {
  /** The number of the operation, from 0, at which the power goes. */
  readonly powerCutAt?: number;
  /** The number of the operation that is refused; it may work in part. */
  readonly failAt?: number;
  /** Also refuses every operation behind that one. */
  readonly failsForGood?: boolean;
}

export class FaultyDisk implements Disk {
  /** Resolves when the power goes; operations under way then never end. */
  readonly powerCut: Promise<void>;
  #onPowerCut: () => void = () => undefined;
  #faults: Faults = {};
  #operations = 0;
  #isOff = false;
  readonly #random: () => number;
  readonly #durableNames: Map<string, Inode>;
  readonly #names: Map<string, Inode>;
  #nameChanges: NameChange[] = [];

  constructor(random: () => number, names = new Map<string, Inode>()) {
    this.#random = random;
    this.#durableNames = new Map(names);
    this.#names = new Map(names);
    this.powerCut = new Promise((resolve) => (this.#onPowerCut = resolve));
  }

  /** Counts operations from now on and lets these faults happen. */
  arm(faults: Faults): void {
    this.#faults = faults;
    this.#operations = 0;
  }

  /** Operations since the disk was made or armed. */
  get operations(): number {
    return this.#operations;
  }

  /** The disk as the next process finds it after a power cut: unsynced changes at random. */
  afterPowerCut(): FaultyDisk {
    const names = new Map(this.#durableNames);
    for (const change of this.#nameChanges) if (this.#random() < 0.5) change(names);
    for (const [name, inode] of names) {
      const bytes = this.#torn(inode);
      names.set(name, inodeOf(bytes));
    }
    return new FaultyDisk(this.#random, names);
  }

  /** The disk as the next process finds it after a SIGKILL: all is there, not all is durable. */
  afterKill(): FaultyDisk {
    const disk = new FaultyDisk(this.#random, this.#durableNames);
    for (const [name, inode] of this.#names) disk.#names.set(name, inode);
    for (const name of disk.#names.keys()) if (!this.#names.has(name)) disk.#names.delete(name);
    disk.#nameChanges = [...this.#nameChanges];
    return disk;
  }

  /** A copy in which everything is durable, to be damaged at will. */
  copy(): FaultyDisk {
    const names = new Map<string, Inode>();
    for (const [name, { current }] of this.#names) {
      names.set(name, inodeOf(current.slice()));
    }
    return new FaultyDisk(this.#random, names);
  }

  bytesOf(name: string): number {
    return this.#inode(name).current.length;
  }

  /** Bytes of all files. */
  get allBytes(): number {
    return this.names().reduce((sum, name) => sum + this.bytesOf(name), 0);
  }

  names(): string[] {
    return [...this.#names.keys()].sort();
  }

  flipBit(name: string, bit: number): void {
    const { current } = this.#inode(name);
    const at = Math.floor(bit / 8);
    current[at] = must(current[at], 'a bit within the file') ^ (1 << (bit % 8));
  }

  async list(): Promise<readonly string[]> {
    await this.#operation('list');
    return this.names();
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    await this.#operation(`read ${name}`);
    return this.#names.get(name)?.current.slice();
  }

  async readRange(name: string, offset: number, bytesMax: number): Promise<Uint8Array | undefined> {
    await this.#operation(`read ${name}`);
    return this.#names.get(name)?.current.slice(offset, offset + bytesMax);
  }

  async size(name: string): Promise<number | undefined> {
    await this.#operation(`read ${name}`);
    return this.#names.get(name)?.current.length;
  }

  async create(name: string): Promise<DiskFile> {
    await this.#operation(`create ${name}`);
    const inode = this.#names.get(name) ?? inodeOf(new Uint8Array());
    inode.current = new Uint8Array();
    inode.writable = new Uint8Array();
    this.#changeNames((names) => names.set(name, inode));
    return this.#file(name, inode);
  }

  async openAt(name: string, size: number): Promise<DiskFile> {
    await this.#operation(`open ${name}`);
    const inode = this.#inode(name);
    inode.current = inode.current.slice(0, size);
    inode.writable = inode.writable.slice(0, size);
    return this.#file(name, inode);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#operation(`rename ${from}`);
    const inode = this.#inode(from);
    this.#changeNames((names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  async remove(name: string): Promise<void> {
    await this.#operation(`remove ${name}`);
    this.#changeNames((names) => names.delete(name));
  }

  async syncFolder(): Promise<void> {
    await this.#operation('sync folder');
    for (const change of this.#nameChanges) change(this.#durableNames);
    this.#nameChanges = [];
  }

  #file(name: string, inode: Inode): DiskFile {
    const append = async (chunks: readonly Uint8Array[]): Promise<void> => {
      const before = inode.current.length;
      const added = new Uint8Array(Buffer.concat([...chunks]));
      // A refused or interrupted append may have written any part.
      const written = added.subarray(0, Math.floor(this.#random() * (added.length + 1)));
      put(inode, before, written);
      await this.#operation(`append to ${name}`);
      put(inode, before, added);
    };
    return {
      append,
      appendDurably: async (chunks) => {
        const before = inode.current.length;
        try {
          await append(chunks);
        } catch (error) {
          // Perhaps it was the sync that failed, behind a write that did not.
          if (this.#random() < 0.7) put(inode, before, new Uint8Array(Buffer.concat([...chunks])));
          this.#loseUnsynced(inode, before);
          throw error;
        }
        // What was appended before without a sync is as uncertain as it was.
        const durable = new Uint8Array(inode.current.length);
        durable.set(inode.durable.subarray(0, durable.length));
        durable.set(inode.current.subarray(before), before);
        inode.durable = durable;
      },
      sync: async () => {
        try {
          await this.#operation(`sync ${name}`);
        } catch (error) {
          this.#loseUnsynced(inode, 0);
          throw error;
        }
        inode.durable = inode.writable.slice();
      },
      close: () => this.#operation(`close ${name}`),
    };
  }

  /** A sync was refused: each page from `from` on is on disk now, or can only be read. */
  #loseUnsynced(inode: Inode, from: number): void {
    const { current, durable } = inode;
    const kept = new Uint8Array(current.length);
    kept.set(durable.subarray(0, kept.length));
    for (let at = from; at < kept.length; at += pageBytes) {
      const end = Math.min(at + pageBytes, kept.length);
      if (this.#random() < 0.5) kept.set(current.subarray(at, end), at);
    }
    inode.durable = kept;
    inode.writable = kept.slice();
  }

  async #operation(what: string): Promise<void> {
    const number = this.#operations++;
    if (number === this.#faults.powerCutAt) {
      this.#isOff = true;
      this.#onPowerCut();
    }
    if (this.#isOff) return new Promise<void>(() => undefined);
    const { failAt = Infinity, failsForGood = false } = this.#faults;
    if (number === failAt || (failsForGood && number > failAt)) {
      throw new StorageError(`cannot ${what}: as the test wants`);
    }
    await Promise.resolve();
  }

  #changeNames(change: NameChange): void {
    change(this.#names);
    this.#nameChanges.push(change);
  }

  #inode(name: string): Inode {
    return must(this.#names.get(name), `${name} exists`);
  }

  /** Each page is as it was or as it should be; the file ends anywhere between. */
  #torn({ durable, writable }: Inode): Uint8Array {
    const current = writable;
    if (this.#random() < 0.3) return durable.slice();
    const more = current.length - durable.length;
    const ends = this.#random() < 0.5 ? 1 : this.#random();
    const bytes = new Uint8Array(durable.length + Math.round(more * ends));
    const written = this.#random() < 0.5 ? 0.9 : this.#random();
    for (let at = 0; at < bytes.length; at += pageBytes) {
      const source = this.#random() < written ? current : durable;
      bytes.set(source.subarray(at, Math.min(at + pageBytes, bytes.length)), at);
    }
    return bytes;
  }
}

function put(inode: Inode, at: number, added: Uint8Array): void {
  inode.current = joined(inode.current, at, added);
  inode.writable = joined(inode.writable, at, added);
}

/** The first `at` bytes, zeros where there are fewer, and `added` behind them. */
function joined(bytes: Uint8Array, at: number, added: Uint8Array): Uint8Array {
  const all = new Uint8Array(at + added.length);
  all.set(bytes.subarray(0, at));
  all.set(added, at);
  return all;
}

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
