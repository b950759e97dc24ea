/**
 * Takes in an image of the whole state, with a site or without one. What it is, its first byte
 * says: an image of the files alone begins with a letter.
 */
import type { StateRestore } from '../base/state-machine.js';
import type { SiteRestore } from '../site/site-restore.js';
import type { SiteState } from '../site/site-state.js';
import { siteImageFormat } from './cluster-image.js';

export class ClusterRestore implements StateRestore {
  readonly #files: StateRestore;
  readonly #state: SiteState;
  /** Undefined until the first byte has come, and for an image without a site. */
  #site: SiteRestore | undefined;
  #hasBegun = false;

  /** `state`: what gets the site of the image. */
  constructor(files: StateRestore, state: SiteState) {
    this.#files = files;
    this.#state = state;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    let rest = bytes;
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      if (bytes[0] === siteImageFormat) {
        this.#site = this.#state.restore();
        rest = bytes.subarray(1);
      }
    }
    const ofFiles = this.#site === undefined ? rest : this.#site.write(rest);
    if (ofFiles.length > 0) this.#files.write(ofFiles);
  }

  verify(): void {
    this.#site?.verify();
    this.#files.verify();
  }

  finish(): void {
    this.verify();
    this.#files.finish();
    if (this.#site === undefined) this.#state.clear();
    else this.#site.finish();
  }
}
