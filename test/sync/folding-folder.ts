/** A folder on a file system that takes names for one that differ in case or Unicode form only. */
import type {
  AsideFile,
  FileFacts,
  FolderEntry,
  Look,
  OpenFile,
  Placed,
  StateFile,
  SyncFolder,
} from '../../src/sync/folder.js';
import type { NameFolding } from '../../src/sync/name-twins.js';

export class FoldingFolder implements SyncFolder {
  readonly #folder: SyncFolder;

  /** `folder` tells all names apart. */
  constructor(folder: SyncFolder) {
    this.#folder = folder;
  }

  folding(): Promise<NameFolding> {
    return Promise.resolve({ letterCase: true, unicodeForm: true });
  }

  prepare(): Promise<void> {
    return this.#folder.prepare();
  }

  clean(): Promise<void> {
    return this.#folder.clean();
  }

  list(): Promise<readonly FolderEntry[]> {
    return this.#folder.list();
  }

  async look(name: string): Promise<Look> {
    return this.#folder.look(await this.#spelled(name));
  }

  async open(name: string): Promise<OpenFile | undefined> {
    return this.#folder.open(await this.#spelled(name));
  }

  createAside(permissions: number | undefined): Promise<AsideFile> {
    return this.#folder.createAside(permissions);
  }

  async place(aside: AsideFile, name: string, expected: FileFacts | undefined): Promise<Placed> {
    return this.#folder.place(aside, await this.#spelled(name), expected);
  }

  async remove(name: string, expected: FileFacts): Promise<Placed> {
    return this.#folder.remove(await this.#spelled(name), expected);
  }

  readState(which: StateFile): Promise<string | undefined> {
    return this.#folder.readState(which);
  }

  writeState(which: StateFile, text: string): Promise<void> {
    return this.#folder.writeState(which, text);
  }

  /** As what is there already is spelled, part by part. */
  async #spelled(name: string): Promise<string> {
    const known = new Map<string, string>([[fold('index.txt'), 'index.txt']]);
    for (const entry of await this.#folder.list()) {
      const parts = entry.name.split('/');
      parts.forEach((_, index) => {
        const path = parts.slice(0, index + 1).join('/');
        known.set(fold(path), path);
      });
    }
    let spelled = '';
    for (const part of name.split('/')) {
      const path = spelled === '' ? part : `${spelled}/${part}`;
      spelled = known.get(fold(path)) ?? path;
    }
    return spelled;
  }
}

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
