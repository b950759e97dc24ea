/**
 * A folder that passes everything on, counts it, and can be told to fail: at the k-th operation, as
 * if the process were killed there, or where a test says so.
 */
import { must } from '../../src/base/assert.js';
import type {
  AsideFile,
  FileFacts,
  OpenFile,
  Placed,
  StateFile,
  SyncFolder,
} from '../../src/sync/folder.js';

export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Throws what the operation is to fail with. */
type Fault = (operation: string, name: string) => void | Promise<void>;

export class WatchedFolder implements SyncFolder {
  /** `open a.txt` and so on, in order. */
  readonly operations: string[] = [];
  /** The operation, counted from 0, at which the process is killed. */
  killAt = Infinity;
  before: Fault = () => undefined;
  readonly #folder: SyncFolder;

  constructor(folder: SyncFolder) {
    this.#folder = folder;
  }

  count(operation: string): number {
    return this.operations.filter((line) => line.startsWith(`${operation} `)).length;
  }

  async step(operation: string, name: string): Promise<void> {
    if (this.operations.length >= this.killAt) throw new Killed();
    this.operations.push(`${operation} ${name}`);
    await this.before(operation, name);
  }

  async prepare(): Promise<void> {
    await this.step('prepare', '');
    await this.#folder.prepare();
  }

  async clean(): Promise<void> {
    await this.step('clean', '');
    await this.#folder.clean();
  }

  folding() {
    return this.#folder.folding();
  }

  async list() {
    await this.step('list', '');
    return this.#folder.list();
  }

  async look(name: string) {
    await this.step('look', name);
    return this.#folder.look(name);
  }

  async open(name: string): Promise<OpenFile | undefined> {
    await this.step('open', name);
    const file = await this.#folder.open(name);
    if (file === undefined) return undefined;
    return {
      facts: file.facts,
      read: async (into, position) => {
        await this.step('read', name);
        return file.read(into, position);
      },
      close: () => file.close(),
    };
  }

  async createAside(permissions: number | undefined): Promise<AsideFile> {
    await this.step('createAside', '');
    return new WatchedAside(this, await this.#folder.createAside(permissions));
  }

  async place(aside: AsideFile, name: string, expected: FileFacts | undefined): Promise<Placed> {
    await this.step('place', name);
    return this.#folder.place(innerOf(aside), name, expected);
  }

  async remove(name: string, expected: FileFacts): Promise<Placed> {
    await this.step('remove', name);
    return this.#folder.remove(name, expected);
  }

  async readState(which: StateFile) {
    await this.step('readState', which);
    return this.#folder.readState(which);
  }

  async writeState(which: StateFile, text: string): Promise<void> {
    await this.step('writeState', which);
    await this.#folder.writeState(which, text);
  }
}

class WatchedAside implements AsideFile {
  readonly inner: AsideFile;
  readonly #folder: WatchedFolder;

  constructor(folder: WatchedFolder, inner: AsideFile) {
    this.#folder = folder;
    this.inner = inner;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#folder.step('write', '');
    await this.inner.write(bytes);
  }

  async finish(): Promise<void> {
    await this.#folder.step('finish', '');
    await this.inner.finish();
  }

  /** A killed process removes nothing, but its files are closed. */
  async discard(): Promise<void> {
    const isKilled = this.#folder.operations.length >= this.#folder.killAt;
    await (isKilled ? this.inner.finish().catch(() => undefined) : this.inner.discard());
  }
}

function innerOf(aside: AsideFile): AsideFile {
  return must(aside instanceof WatchedAside ? aside.inner : undefined, 'it was made here');
}
