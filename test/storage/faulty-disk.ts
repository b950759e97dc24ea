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
  current: Uint8Array;
}

/** A change of names that is not durable yet. */
type NameChange = (names: Map<string, Inode>) => void;

export interface Faults {
  /** The number of the operation, from 0, at which the power goes. */
  readonly powerCutAt?: number;
  /** The number of the operation that is refused; it and what follows it may work in part. */
  readonly failAt?: number;
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
      names.set(name, { durable: bytes, current: bytes });
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
      names.set(name, { durable: current.slice(), current: current.slice() });
    }
    return new FaultyDisk(this.#random, names);
  }

  size(name: string): number {
    return this.#inode(name).current.length;
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

  async create(name: string): Promise<DiskFile> {
    await this.#operation(`create ${name}`);
    const inode = this.#names.get(name) ?? { durable: new Uint8Array(), current: new Uint8Array() };
    inode.current = new Uint8Array();
    this.#changeNames((names) => names.set(name, inode));
    return this.#file(name, inode);
  }

  async openAt(name: string, size: number): Promise<DiskFile> {
    await this.#operation(`open ${name}`);
    const inode = this.#inode(name);
    inode.current = inode.current.slice(0, size);
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
      const bytes = Buffer.concat([inode.current, ...chunks]);
      const before = inode.current.length;
      const written = before + Math.floor(this.#random() * (bytes.length - before + 1));
      // A refused or interrupted append may have written any part.
      inode.current = new Uint8Array(bytes.subarray(0, written));
      await this.#operation(`append to ${name}`);
      inode.current = new Uint8Array(bytes);
    };
    return {
      append,
      appendDurably: async (chunks) => {
        const before = inode.current.length;
        await append(chunks);
        // What was appended before without a sync is as uncertain as it was.
        const durable = new Uint8Array(inode.current.length);
        durable.set(inode.durable);
        durable.set(inode.current.subarray(before), before);
        inode.durable = durable;
      },
      sync: async () => {
        await this.#operation(`sync ${name}`);
        inode.durable = inode.current.slice();
      },
      close: () => this.#operation(`close ${name}`),
    };
  }

  async #operation(what: string): Promise<void> {
    const number = this.#operations++;
    if (number === this.#faults.powerCutAt) {
      this.#isOff = true;
      this.#onPowerCut();
    }
    if (this.#isOff) return new Promise<void>(() => undefined);
    if (number === this.#faults.failAt) throw new StorageError(`cannot ${what}: as the test wants`);
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
  #torn({ durable, current }: Inode): Uint8Array {
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
