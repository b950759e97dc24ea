/** A folder and a cluster as one: where both have something, the folder wins. */
import type { FileSource, FolderEntry, Found, PathParts, Wanted } from './file-source.js';

export class BothSources implements FileSource {
  readonly #first: FileSource;
  readonly #second: FileSource;

  constructor(first: FileSource, second: FileSource) {
    this.#first = first;
    this.#second = second;
  }

  /** The second is asked only where the first has nothing. */
  async find(parts: PathParts, wanted?: Wanted): Promise<Found> {
    const found = await this.#first.find(parts, wanted);
    if (found.kind === 'file') return found;
    if (found.kind === 'absent') return this.#second.find(parts, wanted);
    return { kind: 'folder', folder: { list: () => this.#list(parts, wanted) } };
  }

  async close(): Promise<void> {
    await Promise.all([this.#first.close(), this.#second.close()]);
  }

  async #list(parts: PathParts, wanted?: Wanted): Promise<readonly FolderEntry[]> {
    const entries = new Map<string, FolderEntry>();
    for (const source of [this.#second, this.#first]) {
      const found = await source.find(parts, wanted);
      if (found.kind === 'file') found.file.release();
      if (found.kind !== 'folder') continue;
      for (const entry of await found.folder.list()) entries.set(entry.name, entry);
    }
    return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
