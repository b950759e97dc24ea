/**
 * A folder as one simulated process sees it. Every operation takes its time, in which people and
 * other machines go on and the process may end; looking at a file and replacing it is one step, as
 * close together as the system lets a program do it.
 */
import { must } from '../../../src/base/assert.js';
import type {
  AsideFile,
  FileFacts,
  FolderEntry,
  Look,
  OpenFile,
  Placed,
  StateFile,
  SyncFolder,
} from '../../../src/sync/folder.js';
import type { NameFolding } from '../../../src/sync/name-twins.js';
import { tellsAllApart } from '../../../src/sync/probe-folding.js';
import type { SimRandom } from '../sim-random.js';
import { folderOf, type FolderDisk, type Inode } from './folder-disk.js';
import type { Life } from './life.js';

export const workFolder = '.surfraft';
const asidePrefix = `${workFolder}/aside-`;
const stateNames: Readonly<Record<StateFile, string>> = {
  index: 'index.txt',
  seen: `${workFolder}/seen.json`,
};
const operationMsMax = 2;

export interface SimFolderParts {
  readonly disk: FolderDisk;
  readonly life: Life;
  readonly random: SimRandom;
}

export class SimFolder implements SyncFolder {
  readonly #parts: SimFolderParts;

  constructor(parts: SimFolderParts) {
    this.#parts = parts;
  }

  async prepare(): Promise<void> {
    await this.#rest();
  }

  folding(): Promise<NameFolding> {
    return Promise.resolve(tellsAllApart);
  }

  async clean(): Promise<void> {
    const { disk } = this.#parts;
    for (const name of [...disk.names.keys()].filter((each) => each.startsWith(asidePrefix))) {
      await this.#rest();
      disk.rename([[name, undefined]]);
    }
  }

  async list(): Promise<readonly FolderEntry[]> {
    await this.#rest();
    const entries: FolderEntry[] = [];
    for (const name of this.#parts.disk.names.keys()) {
      if (name.startsWith(`${workFolder}/`)) continue;
      const look = await this.look(name);
      if (look.kind === 'file') entries.push({ kind: 'file', name, facts: look.facts });
    }
    return entries;
  }

  async look(name: string): Promise<Look> {
    await this.#rest();
    return this.#lookNow(name);
  }

  async open(name: string): Promise<OpenFile | undefined> {
    await this.#rest();
    const inode = this.#parts.disk.names.get(name);
    if (inode === undefined) return undefined;
    return {
      facts: factsOf(inode),
      read: async (into, position) => {
        let filled = 0;
        // In two pieces: somebody may write in between.
        for (const until of [Math.ceil(into.length / 2), into.length]) {
          await this.#rest();
          const bytes = inode.bytes.subarray(position + filled, position + until);
          into.set(bytes, filled);
          filled += bytes.length;
        }
        return filled;
      },
      close: () => this.#rest(),
    };
  }

  async createAside(permissions: number | undefined): Promise<AsideFile> {
    await this.#rest();
    const { disk } = this.#parts;
    const inode = disk.makeInode(permissions);
    const name = `${asidePrefix}${inode.number}`;
    disk.rename([[name, inode]]);
    return new SimAside(name, inode, this.#parts);
  }

  async place(aside: AsideFile, name: string, expected: FileFacts | undefined): Promise<Placed> {
    const { path } = madeHere(aside);
    await this.#rest();
    const { disk } = this.#parts;
    const refused = this.#judge(name, expected);
    if (refused !== undefined) return refused;
    const inode = disk.inode(path);
    if (expected === undefined) {
      disk.rename([[name, inode]]);
      await this.#rest();
      disk.rename([[path, undefined]]);
    } else {
      disk.rename([
        [path, undefined],
        [name, inode],
      ]);
    }
    await this.#rest();
    disk.syncFolder(folderOf(name));
    return { kind: 'done' };
  }

  async remove(name: string, expected: FileFacts): Promise<Placed> {
    await this.#rest();
    const refused = this.#judge(name, expected);
    if (refused !== undefined) return refused;
    this.#parts.disk.rename([[name, undefined]]);
    await this.#rest();
    this.#parts.disk.syncFolder(folderOf(name));
    return { kind: 'done' };
  }

  async readState(which: StateFile): Promise<string | undefined> {
    await this.#rest();
    const inode = this.#parts.disk.names.get(stateNames[which]);
    return inode === undefined ? undefined : new TextDecoder().decode(inode.bytes);
  }

  async writeState(which: StateFile, text: string): Promise<void> {
    const name = stateNames[which];
    const aside = await this.createAside(undefined);
    await aside.write(new TextEncoder().encode(text));
    await aside.finish();
    const { path } = madeHere(aside);
    const { disk } = this.#parts;
    await this.#rest();
    const inode = disk.inode(path);
    disk.rename([
      [path, undefined],
      [name, inode],
    ]);
    await this.#rest();
    disk.syncFolder(folderOf(name));
  }

  #rest(): Promise<void> {
    const { life, random } = this.#parts;
    return life.rest(random.between(0, operationMsMax));
  }

  #lookNow(name: string): Look {
    const inode = this.#parts.disk.names.get(name);
    return inode === undefined ? { kind: 'absent' } : { kind: 'file', facts: factsOf(inode) };
  }

  /** Undefined when the file is what was expected. */
  #judge(name: string, expected: FileFacts | undefined): Placed | undefined {
    const look = this.#lookNow(name);
    const stamp = look.kind === 'file' ? look.facts.stamp : undefined;
    return stamp === expected?.stamp ? undefined : { kind: 'moved' };
  }
}

class SimAside implements AsideFile {
  readonly path: string;
  readonly #inode: Inode;
  readonly #parts: SimFolderParts;

  constructor(path: string, inode: Inode, parts: SimFolderParts) {
    this.path = path;
    this.#inode = inode;
    this.#parts = parts;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#rest();
    const whole = new Uint8Array(this.#inode.bytes.length + bytes.length);
    whole.set(this.#inode.bytes);
    whole.set(bytes, this.#inode.bytes.length);
    this.#parts.disk.write(this.#inode, whole);
  }

  async finish(): Promise<void> {
    await this.#rest();
    this.#parts.disk.sync(this.#inode);
  }

  async discard(): Promise<void> {
    await this.#rest();
    if (!this.#parts.disk.names.has(this.path)) return;
    this.#parts.disk.rename([[this.path, undefined]]);
  }

  #rest(): Promise<void> {
    const { life, random } = this.#parts;
    return life.rest(random.between(0, operationMsMax));
  }
}

function madeHere(aside: AsideFile): SimAside {
  return must(aside instanceof SimAside ? aside : undefined, 'the file was made here');
}

function factsOf({ bytes, changedAtMs, number, permissions }: Inode): FileFacts {
  return {
    sizeBytes: bytes.length,
    changedAtMs,
    permissions,
    stamp: `${bytes.length}-${changedAtMs}-${number}`,
  };
}
