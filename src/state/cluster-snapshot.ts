/** The image of a state with a site: a byte that says so, the site's image, and the files'. */
import { assert } from '../base/assert.js';
import type { StateSnapshot } from '../base/state-machine.js';
import { siteImageFormat } from './cluster-image.js';

export class ClusterSnapshot implements StateSnapshot {
  readonly #site: StateSnapshot;
  readonly #files: StateSnapshot;
  #at: 'start' | 'site' | 'files' = 'start';

  constructor(site: StateSnapshot, files: StateSnapshot) {
    this.#site = site;
    this.#files = files;
  }

  next(bytesMax: number): Uint8Array | undefined {
    assert(bytesMax >= 1, () => `a slice has room for a byte, not for ${bytesMax}`);
    if (this.#at === 'start') {
      this.#at = 'site';
      return Uint8Array.of(siteImageFormat);
    }
    if (this.#at === 'site') {
      const bytes = this.#site.next(bytesMax);
      if (bytes !== undefined) return bytes;
      this.#at = 'files';
    }
    return this.#files.next(bytesMax);
  }

  close(): void {
    this.#site.close();
    this.#files.close();
  }
}
