/**
 * The files of the present life of a server. A disk that failed and came back brings a new map, so
 * whoever reads must look it up with each reading.
 */
import type { FileCommand, FileInfo } from '../files/file-command.js';
import type { FileMap, FilePage } from '../files/file-map.js';
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

  entries(): Iterable<readonly [string, FileInfo]> {
    return this.#present().entries();
  }

  page(afterName: string, limit: number): FilePage {
    return this.#present().page(afterName, limit);
  }

  findMistake(payload: Uint8Array): string | undefined {
    return this.#present().findMistake(payload);
  }

  decode(payload: Uint8Array): FileCommand {
    return this.#present().decode(payload);
  }
}
