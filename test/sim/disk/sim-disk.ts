/**
 * A server's disk, which outlives its processes. Every operation takes simulated time, and can be
 * refused, work in part, or hang until the disk comes back. What is on it is in `contents`.
 */
import type { Disk } from '../../../src/storage/disk.js';
import { StorageError } from '../../../src/storage/storage.js';
import type { SimClock } from '../sim-clock.js';
import type { SimProcess } from '../sim-process.js';
import type { SimRandom } from '../sim-random.js';
import { DiskContents } from './disk-contents.js';
import { diskOver, type Operation } from './disk-over.js';

export interface SimDiskOptions {
  readonly clock: SimClock;
  readonly random: SimRandom;
  /** Told of each operation that begins. */
  readonly onBegin: () => void;
  /** Told of each operation that has come to its end. */
  readonly onOperation: (what: () => string) => void;
}

/** How the disk behaves now. */
export interface DiskHealth {
  /** Bounds of the time of an operation that waits for the platters. */
  readonly syncMs: { readonly min: number; readonly max: number };
  /** Probability that an operation is refused. */
  readonly errorProbability: number;
  /** Writes beyond this many bytes find no room. */
  readonly roomBytes: number;
  /** What a refused sync should have written is lost, although it can be read. */
  readonly liesAfterErrors: boolean;
  /** Operations do not end. */
  readonly isHanging: boolean;
}

export const healthyDisk: DiskHealth = {
  syncMs: { min: 0.2, max: 2 },
  errorProbability: 0,
  roomBytes: Infinity,
  liesAfterErrors: false,
  isHanging: false,
};

/** Bounds of the time of an operation that the operating system answers from memory. */
const memoryMs = { min: 0.01, max: 0.1 };

interface UnderWay {
  readonly process: SimProcess;
  readonly start: () => void;
  readonly breakOff: () => void;
}

export class SimDisk {
  readonly #options: SimDiskOptions;
  readonly contents = new DiskContents();
  #health = healthyDisk;
  readonly #underWay = new Set<UnderWay>();
  readonly #hanging = new Set<UnderWay>();

  constructor(options: SimDiskOptions) {
    this.#options = options;
  }

  get health(): DiskHealth {
    return this.#health;
  }

  set health(health: DiskHealth) {
    this.#health = health;
    if (health.isHanging) return;
    const waiting = [...this.#hanging];
    this.#hanging.clear();
    for (const operation of waiting) operation.start();
  }

  /** The disk as one process sees it. Operations of a process that has ended never end. */
  open(process: SimProcess): Disk {
    return diskOver(this.contents, (operation) => this.#run(process, operation));
  }

  /** The process has ended: each operation under way happened, or did in part, or did not. */
  breakOff(process: SimProcess): void {
    for (const operation of [...this.#underWay]) {
      if (operation.process === process) operation.breakOff();
    }
  }

  /** The power went, or the machine did: what was not synced is at the mercy of chance. */
  cutPower(): void {
    this.contents.cutPower(this.#options.random.next);
  }

  #run<Result>(process: SimProcess, operation: Operation<Result>): Promise<Result> {
    const { clock, random } = this.#options;
    const { what, isSync, work, workInPart } = operation;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        if (!this.#underWay.has(underWay)) return;
        if (this.#health.isHanging) {
          this.#hanging.add(underWay);
          return;
        }
        this.#underWay.delete(underWay);
        const refusal = this.#refusal(operation);
        this.#options.onOperation(() => `${what}: ${refusal ?? 'done'}`);
        if (refusal === undefined) {
          const result = work();
          process.post(() => {
            resolve(result);
          });
        } else {
          workInPart(random.next, this.#health.liesAfterErrors);
          process.post(() => {
            reject(new StorageError(`cannot ${what}: ${refusal}`));
          });
        }
      };
      const underWay: UnderWay = {
        process,
        start: () => {
          const { min, max } = isSync ? this.#health.syncMs : memoryMs;
          clock.after(random.between(min, max), end);
        },
        breakOff: () => {
          this.#underWay.delete(underWay);
          this.#hanging.delete(underWay);
          if (random.chance(0.5)) work();
          else workInPart(random.next, false);
        },
      };
      this.#underWay.add(underWay);
      this.#options.onBegin();
      underWay.start();
    });
  }

  #refusal({ bytes }: Operation<unknown>): string | undefined {
    const { errorProbability, roomBytes } = this.#health;
    if (bytes > 0 && this.contents.usedBytes + bytes > roomBytes) return 'no space left';
    return this.#options.random.chance(errorProbability) ? 'input/output error' : undefined;
  }
}
