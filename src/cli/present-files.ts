/**
 * The files of the present life of a server. A disk that failed and came back brings a new map, so
 * whoever reads must look it up with each reading.
 */
import type { FileInfo } from '../files/file-command.js';
import type { FileMap } from '../files/file-map.js';
import type { FileVersions, VersionsPlace } from '../files/file-versions.js';
import type { FrozenFiles, LongFile } from '../files/frozen-files.js';
import type { VersionsPage, VersionsPageLimits } from '../files/versions-page.js';
import type { FileReader } from '../rpc/file-reader.js';

export class PresentFiles implements FileReader {
  readonly #present: () => FileMap;

  constructor(present: () => FileMap) {
    this.#present = present;
  }

  get size(): number {
    return this.#present().size;
  }

  get(name: string): FileInfo | undefined {
    return this.#present().get(name);
  }

  viewLong(name: string, bytesMax: number): LongFile | undefined {
    return this.#present().viewLong(name, bytesMax);
  }

  freeze(): FrozenFiles {
    return this.#present().freeze();
  }

  numbersAfter(afterName: string, limit: number): Uint32Array {
    return this.#present().numbersAfter(afterName, limit);
  }

  viewVersions(name: string): FileVersions | undefined {
    return this.#present().viewVersions(name);
  }

  versionsAfter(place: VersionsPlace, limits: VersionsPageLimits): VersionsPage {
    return this.#present().versionsAfter(place, limits);
  }
}
