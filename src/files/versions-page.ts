/** Collects the versions of a page, file by file, until it is full. */
import type { TextKey } from '../base/text-key.js';
import { readFileVersion } from './file-record.js';
import type { KeptVersions } from './kept-versions.js';
import { FileVersions } from './file-versions.js';

/** How much a page may be. */
export interface VersionsPageLimits {
  readonly versionsMax: number;
  /** Of records; one version is shown at least. */
  readonly bytesMax: number;
}

/** Files in the order of their names' code points, the versions of each from the newest on. */
export interface VersionsPage {
  readonly versions: FileVersions;
  /** False when there are certainly none behind these. */
  readonly more: boolean;
}

/** Older versions that are looked for, also where they are not kept: a millisecond of work. */
const lookedForMax = 20_000;

export class VersionsPageMaker {
  readonly #history: KeptVersions;
  readonly #limits: VersionsPageLimits;
  readonly #records: Uint8Array[] = [];
  #bytes = 0;
  #lookedFor = 0;
  #isFull = false;

  constructor(history: KeptVersions, limits: VersionsPageLimits) {
    this.#history = history;
    this.#limits = limits;
  }

  /** What was collected. */
  get page(): VersionsPage {
    return { versions: new FileVersions(this.#records), more: this.#isFull };
  }

  /** Adds a file by its record; false once something did not fit. */
  addFile(name: TextKey, record: Uint8Array): boolean {
    const version = readFileVersion(record);
    return this.#add(record) && this.addOlder(name, version, version);
  }

  /** Adds what is kept of a file below a version; false once something did not fit. */
  addOlder(name: TextKey, currentVersion: number, belowVersion: number): boolean {
    const lowest = Math.max(1, currentVersion - this.#history.bounds.versionsKeptMax);
    for (let version = Math.min(currentVersion, belowVersion) - 1; version >= lowest; version--) {
      this.#lookedFor += 1;
      if (this.#lookedFor > lookedForMax) return this.#end();
      const record = this.#history.find(name, version);
      if (record !== undefined && !this.#add(record)) return false;
    }
    return true;
  }

  #add(record: Uint8Array): boolean {
    const { versionsMax, bytesMax } = this.#limits;
    const count = this.#records.length;
    const fits = count < versionsMax && this.#bytes + record.length <= bytesMax;
    if (count > 0 && !fits) return this.#end();
    this.#records.push(record);
    this.#bytes += record.length;
    return true;
  }

  #end(): boolean {
    this.#isFull = true;
    return false;
  }
}
