/**
 * A disk in memory that keeps apart what is synced and what is not, and can do what real ones do:
 * lose power at any operation, tear and reorder everything unsynced, refuse an operation, and flip
 * a bit. All chance comes from the seed. What is on it is that of the simulator's disks.
 */
import type { Disk } from '../../src/storage/disk.js';
import { StorageError } from '../../src/storage/storage.js';
import { DiskContents } from '../sim/disk/disk-contents.js';
import { diskOver, type Operation } from '../sim/disk/disk-over.js';

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
  readonly #random: () => number;
  readonly #contents: DiskContents;
  readonly #disk: Disk;
  #onPowerCut: () => void = () => undefined;
  #faults: Faults = {};
  #operations = 0;
  #isOff = false;

  constructor(random: () => number, contents = new DiskContents()) {
    this.#random = random;
    this.#contents = contents;
    this.#disk = diskOver(contents, (operation) => this.#run(operation));
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
    const contents = this.#contents.clone();
    contents.cutPower(this.#random);
    return new FaultyDisk(this.#random, contents);
  }

  /** The disk as the next process finds it after a SIGKILL: all is there, not all is durable. */
  afterKill(): FaultyDisk {
    return new FaultyDisk(this.#random, this.#contents.clone());
  }

  /** A copy in which everything is durable, to be damaged at will. */
  copy(): FaultyDisk {
    return new FaultyDisk(this.#random, this.#contents.readableOnly());
  }

  bytesOf(name: string): number {
    return this.#contents.file(name).current.size;
  }

  /** Bytes of all files. */
  get allBytes(): number {
    return this.#contents.usedBytes;
  }

  names(): string[] {
    return this.#contents.names();
  }

  flipBit(name: string, bit: number): void {
    this.#contents.flipBit(name, bit);
  }

  list = (): Promise<readonly string[]> => this.#disk.list();
  read: Disk['read'] = (name) => this.#disk.read(name);
  readRange: Disk['readRange'] = (...args) => this.#disk.readRange(...args);
  size: Disk['size'] = (name) => this.#disk.size(name);
  create: Disk['create'] = (name) => this.#disk.create(name);
  openAt: Disk['openAt'] = (name, size) => this.#disk.openAt(name, size);
  rename: Disk['rename'] = (from, to) => this.#disk.rename(from, to);
  remove: Disk['remove'] = (name) => this.#disk.remove(name);
  syncFolder: Disk['syncFolder'] = () => this.#disk.syncFolder();

  async #run<Result>({ what, work, workInPart }: Operation<Result>): Promise<Result> {
    const number = this.#operations++;
    if (this.#isOff) return new Promise<Result>(() => undefined);
    if (number === this.#faults.powerCutAt) {
      workInPart(this.#random, false);
      this.#isOff = true;
      this.#onPowerCut();
      return new Promise<Result>(() => undefined);
    }
    const { failAt = Infinity, failsForGood = false } = this.#faults;
    if (number === failAt || (failsForGood && number > failAt)) {
      workInPart(this.#random, true);
      throw new StorageError(`cannot ${what}: as the test wants`);
    }
    const result = work();
    await Promise.resolve();
    return result;
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
