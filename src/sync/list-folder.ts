/**
 * Walks a folder on disk without following a link. A folder that cannot be read is an entry of its
 * own: that its files are not seen must not look as if they were gone.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/file-refusal.js';
import { told } from './folder-failure.js';
import { FolderError, type FolderEntry } from './folder.js';
import { factsOf, kindOf, workFolderName } from './real-facts.js';

/** Files of one folder that are looked at side by side. */
const looksMax = 256;

export async function listFolder(base: string): Promise<readonly FolderEntry[]> {
  const walk = new Walk(base);
  await walk.run();
  return walk.entries;
}

class Walk {
  readonly entries: FolderEntry[] = [];
  readonly #base: string;
  /** Relative to the base, each with a final slash; the base itself is empty. */
  readonly #folders: string[] = [''];

  constructor(base: string) {
    this.#base = base;
  }

  async run(): Promise<void> {
    for (let at = this.#folders.pop(); at !== undefined; at = this.#folders.pop()) {
      await this.#enter(at);
    }
  }

  async #enter(folder: string): Promise<void> {
    try {
      await this.#read(folder);
    } catch (error) {
      if (!(error instanceof FolderError) || folder === '') throw error;
      this.entries.push({ kind: 'unreadable', name: folder.slice(0, -1), reason: error.message });
    }
  }

  async #read(folder: string): Promise<void> {
    const path = join(this.#base, folder);
    const found = await told('list', folder === '' ? path : folder, async () => {
      // Looked at again: it may have become a link since its parent was read.
      if (folder !== '' && !(await lstat(path.slice(0, -1))).isDirectory()) return [];
      return readdir(path, { encoding: 'buffer' });
    });
    const names: string[] = [];
    for (const bytes of found) {
      const name = decode(bytes);
      if (name === undefined) {
        const shown = folder + bytes.toString('utf8');
        this.entries.push({ kind: 'misnamed', name: shown, reason: 'the name is not UTF-8' });
      } else if (folder !== '' || name !== workFolderName) {
        names.push(folder + name);
      }
    }
    for (let start = 0; start < names.length; start += looksMax) {
      await Promise.all(names.slice(start, start + looksMax).map((name) => this.#look(name)));
    }
  }

  async #look(name: string): Promise<void> {
    try {
      const stats = await lstat(join(this.#base, name), { bigint: true });
      const kind = kindOf(stats);
      if (kind === 'a folder') this.#folders.push(`${name}/`);
      else if (kind === 'a file') this.entries.push({ kind: 'file', name, facts: factsOf(stats) });
      else this.entries.push({ kind: 'hidden', name, reason: `it is ${kind}` });
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      // Gone since its folder was read.
      if (errno === 'ENOENT') return;
      const reason = `cannot look at ${name}: the operating system refused (${errno})`;
      this.entries.push({ kind: 'unreadable', name, reason });
    }
  }
}

function decode(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}
