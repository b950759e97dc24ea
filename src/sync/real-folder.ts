/**
 * The folder on disk. Node.js has no calls relative to an open folder, so every part of a path is
 * looked at right before the path is used; the last part is never followed by the system itself.
 */
import { randomBytes } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/file-refusal.js';
import { must } from '../base/assert.js';
import { told } from './folder-failure.js';
import {
  FolderError,
  type AsideFile,
  type FileFacts,
  type FolderEntry,
  type Look,
  type OpenFile,
  type Placed,
  type StateFile,
  type SyncFolder,
} from './folder.js';
import { probeFolding, tellsAllApart } from './probe-folding.js';
import { listFolder } from './list-folder.js';
import type { NameFolding } from './name-twins.js';
import { factsOf, kindOf, workFolderName } from './real-facts.js';

const asidePrefix = 'aside-';
const stateNames: Readonly<Record<StateFile, string>> = {
  index: 'index.txt',
  seen: join(workFolderName, 'seen.json'),
};
const permissionsOfNewFiles = 0o666;

export class RealFolder implements SyncFolder {
  readonly #base: string;
  #folding: Promise<NameFolding> | undefined;

  /** `base`: an existing folder. */
  constructor(base: string) {
    this.#base = base;
  }

  /** Where the folder's lock belongs, once it is prepared. */
  get workFolder(): string {
    return join(this.#base, workFolderName);
  }

  async prepare(): Promise<void> {
    await told('create', this.workFolder, async () => {
      try {
        await mkdir(this.workFolder);
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
      }
    });
    await this.#checkWorkFolder();
  }

  async clean(): Promise<void> {
    await this.#checkWorkFolder();
    await told('clean', this.workFolder, async () => {
      for (const name of await readdir(this.workFolder)) {
        if (name.startsWith(asidePrefix)) await unlink(join(this.workFolder, name));
      }
    });
  }

  folding(): Promise<NameFolding> {
    this.#folding ??= this.#findFolding();
    return this.#folding;
  }

  list(): Promise<readonly FolderEntry[]> {
    return listFolder(this.#base);
  }

  async look(name: string): Promise<Look> {
    const parts = name.split('/');
    for (let count = 1; count <= parts.length; count += 1) {
      const path = parts.slice(0, count).join('/');
      const stats = await this.#lstat(path);
      if (stats === undefined) return { kind: 'absent' };
      const kind = kindOf(stats);
      if (count < parts.length) {
        if (kind !== 'a folder') return blocked(`it leads through ${kind}, ${path}`);
      } else if (kind === 'a file') {
        return { kind: 'file', facts: factsOf(stats) };
      } else {
        return blocked(`${kind} is in its place`);
      }
    }
    return { kind: 'absent' };
  }

  async open(name: string): Promise<OpenFile | undefined> {
    if ((await this.look(name)).kind !== 'file') return undefined;
    return told('open', name, async () => {
      const handle = await this.#openToRead(name);
      if (handle === undefined) return undefined;
      const stats = await handle.stat({ bigint: true });
      if (kindOf(stats) === 'a file') return new RealOpenFile(handle, name, factsOf(stats));
      await handle.close();
      return undefined;
    });
  }

  async createAside(permissions: number | undefined): Promise<AsideFile> {
    await this.#checkWorkFolder();
    const path = join(this.workFolder, asidePrefix + randomBytes(8).toString('hex'));
    const mode = permissions ?? permissionsOfNewFiles;
    const handle = await told('create', path, () => open(path, 'wx', mode));
    return new RealAside(path, handle, permissions);
  }

  async place(aside: AsideFile, name: string, expected: FileFacts | undefined): Promise<Placed> {
    const { path } = madeHere(aside);
    const made = await this.#makeParents(name);
    if (made !== undefined) return made;
    const target = this.#path(name);
    const refused = await this.#judge(name, expected);
    if (refused !== undefined) return refused;
    return told('write', name, async () => {
      if (expected === undefined) {
        if (!(await moveToNew(path, target))) return { kind: 'moved' };
      } else {
        await rename(path, target);
      }
      await syncFolder(join(target, '..'));
      return { kind: 'done' };
    });
  }

  async remove(name: string, expected: FileFacts): Promise<Placed> {
    const refused = await this.#judge(name, expected);
    if (refused !== undefined) return refused;
    await told('remove', name, async () => {
      await unlink(this.#path(name));
      await this.#removeEmptyParents(name);
    });
    return { kind: 'done' };
  }

  async readState(which: StateFile): Promise<string | undefined> {
    const name = stateNames[which];
    const look = await this.look(name);
    if (look.kind === 'blocked') throw new FolderError(`cannot read ${name}: ${look.reason}`);
    return told('read', name, async () => {
      const handle = await this.#openToRead(name);
      if (handle === undefined) return undefined;
      try {
        return await handle.readFile('utf8');
      } finally {
        await handle.close();
      }
    });
  }

  async writeState(which: StateFile, text: string): Promise<void> {
    const name = stateNames[which];
    const look = await this.look(name);
    if (look.kind === 'blocked') throw new FolderError(`cannot write ${name}: ${look.reason}`);
    const permissions = look.kind === 'file' ? look.facts.permissions : undefined;
    const aside = await this.createAside(permissions);
    try {
      await aside.write(Buffer.from(text));
      await aside.finish();
      await told('write', name, async () => {
        await rename(madeHere(aside).path, this.#path(name));
        await syncFolder(join(this.#path(name), '..'));
      });
    } finally {
      await aside.discard();
    }
  }

  #path(name: string): string {
    return join(this.#base, name);
  }

  async #findFolding(): Promise<NameFolding> {
    if ((await this.#lstat(workFolderName)) === undefined) return tellsAllApart;
    await this.#checkWorkFolder();
    return probeFolding(this.workFolder, asidePrefix);
  }

  async #checkWorkFolder(): Promise<void> {
    const stats = await this.#lstat(workFolderName);
    if (stats !== undefined && kindOf(stats) === 'a folder') return;
    const found = stats === undefined ? 'it is gone' : `${kindOf(stats)} is in its place`;
    throw new FolderError(`cannot use the folder ${this.workFolder}: ${found}`);
  }

  async #lstat(name: string): Promise<BigIntStats | undefined> {
    return told('look at', name, async () => {
      try {
        return await lstat(this.#path(name), { bigint: true });
      } catch (error) {
        const errno = errnoOf(error);
        if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
        throw error;
      }
    });
  }

  /** Undefined when there is none, or a link in its place; a pipe does not block. */
  async #openToRead(name: string): Promise<FileHandle | undefined> {
    try {
      const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
      return await open(this.#path(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOENT' || errno === 'ELOOP' || errno === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  /** Undefined when the file is what was expected. */
  async #judge(name: string, expected: FileFacts | undefined): Promise<Placed | undefined> {
    const look = await this.look(name);
    switch (look.kind) {
      case 'blocked':
        return look;
      case 'absent':
        return expected === undefined ? undefined : { kind: 'moved' };
      case 'file':
        return look.facts.stamp === expected?.stamp ? undefined : { kind: 'moved' };
    }
  }

  /** Also takes an empty folder out of the way: folders come and go with their files. */
  async #makeParents(name: string): Promise<Placed | undefined> {
    const parts = name.split('/');
    for (let count = 1; count < parts.length; count += 1) {
      const folder = parts.slice(0, count).join('/');
      const stats = await this.#lstat(folder);
      if (stats !== undefined && kindOf(stats) !== 'a folder') {
        return blocked(`it leads through ${kindOf(stats)}, ${folder}`);
      }
      if (stats !== undefined) continue;
      await told('create', folder, async () => {
        try {
          await mkdir(this.#path(folder));
          await syncFolder(join(this.#path(folder), '..'));
        } catch (error) {
          if (errnoOf(error) !== 'EEXIST') throw error;
        }
      });
    }
    const target = await this.#lstat(name);
    if (target !== undefined && kindOf(target) === 'a folder')
      await removeIfEmpty(this.#path(name));
    return undefined;
  }

  async #removeEmptyParents(name: string): Promise<void> {
    const parts = name.split('/');
    for (let count = parts.length - 1; count > 0; count -= 1) {
      const folder = this.#path(parts.slice(0, count).join('/'));
      if (!(await removeIfEmpty(folder))) return syncFolder(folder);
    }
    await syncFolder(this.#base);
  }
}

class RealOpenFile implements OpenFile {
  readonly facts: FileFacts;
  readonly #handle: FileHandle;
  readonly #name: string;

  constructor(handle: FileHandle, name: string, facts: FileFacts) {
    this.#handle = handle;
    this.#name = name;
    this.facts = facts;
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return told('read', this.#name, async () => {
      let filled = 0;
      while (filled < into.length) {
        const rest = into.length - filled;
        const { bytesRead } = await this.#handle.read(into, filled, rest, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    });
  }

  close(): Promise<void> {
    return told('close', this.#name, () => this.#handle.close());
  }
}

class RealAside implements AsideFile {
  readonly path: string;
  readonly #permissions: number | undefined;
  #handle: FileHandle | undefined;

  constructor(path: string, handle: FileHandle, permissions: number | undefined) {
    this.path = path;
    this.#handle = handle;
    this.#permissions = permissions;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const handle = must(this.#handle, 'a finished file is not written any more');
    await told('write', this.path, async () => {
      let written = 0;
      while (written < bytes.length) {
        written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
      }
    });
  }

  async finish(): Promise<void> {
    const handle = must(this.#handle, 'a file is finished once');
    await told('write', this.path, async () => {
      // The mask of the process took bits away that the file replaced has.
      if (this.#permissions !== undefined) await handle.chmod(this.#permissions);
      await handle.sync();
      this.#handle = undefined;
      await handle.close();
    });
  }

  async discard(): Promise<void> {
    try {
      await this.#handle?.close();
      this.#handle = undefined;
      await unlink(this.path);
    } catch (error) {
      // It was placed, or the next run cleans it away.
      if (errnoOf(error) === undefined) throw error;
    }
  }
}

function madeHere(aside: AsideFile): RealAside {
  return must(aside instanceof RealAside ? aside : undefined, 'the file was made here');
}

/** Never replaces anything, however late it appears; false when something is there. */
async function moveToNew(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') return false;
    if (errno !== 'EPERM' && errno !== 'ENOTSUP' && errno !== 'ENOSYS') throw error;
    // A file system without links.
    await rename(path, target);
    return true;
  }
  await unlink(path);
  return true;
}

async function removeIfEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** Makes what happened in a folder durable. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function blocked(reason: string): { readonly kind: 'blocked'; readonly reason: string } {
  return { kind: 'blocked', reason };
}
