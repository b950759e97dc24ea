/**
 * The disk below one person's folder. What programs write is first seen and later durable: a power
 * cut takes back any of the changes of names that were not synced, and tears contents that were
 * not. Renaming is one step. People's own writes are synced at once: theirs to lose is not ours.
 */
import { must } from '../../../src/base/assert.js';
import type { SimRandom } from '../sim-random.js';

export interface Inode {
  readonly number: number;
  readonly permissions: number;
  bytes: Uint8Array;
  /** What a power cut leaves for certain; undefined when anything may be left. */
  synced: Uint8Array | undefined;
  changedAtMs: number;
}

/** Names and what they stand for from now on; undefined: for nothing. */
type NameChange = readonly (readonly [name: string, inode: Inode | undefined])[];

const permissionsOfNewFiles = 0o644;

export class FolderDisk {
  readonly names = new Map<string, Inode>();
  readonly #nowMs: () => number;
  readonly #durable = new Map<string, Inode>();
  #pending: NameChange[] = [];
  #inodes = 0;

  /** `nowMs` is the clock of the file system: as coarse as that is. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  makeInode(permissions = permissionsOfNewFiles): Inode {
    this.#inodes += 1;
    const bytes = new Uint8Array();
    const changedAtMs = this.#nowMs();
    return { number: this.#inodes, permissions, bytes, synced: undefined, changedAtMs };
  }

  write(inode: Inode, bytes: Uint8Array): void {
    inode.bytes = bytes;
    inode.synced = undefined;
    inode.changedAtMs = this.#nowMs();
  }

  /** All of it or nothing survives a power cut. */
  rename(change: NameChange): void {
    for (const [name, inode] of change) set(this.names, name, inode);
    this.#pending.push(change);
  }

  sync(inode: Inode): void {
    inode.synced = inode.bytes;
  }

  /** What happened to the names in this folder is durable. */
  syncFolder(folder: string): void {
    this.#pending = this.#pending.filter((change) => {
      if (!change.some(([name]) => folderOf(name) === folder)) return true;
      for (const [name, inode] of change) set(this.#durable, name, inode);
      return false;
    });
  }

  /** What a person writes; in place of the old bytes, or as a new file under the old name. */
  save(name: string, bytes: Uint8Array, isInPlace: boolean): void {
    const old = this.names.get(name);
    const inode = isInPlace && old !== undefined ? old : this.makeInode();
    this.write(inode, bytes);
    this.sync(inode);
    this.rename([[name, inode]]);
    this.syncFolder(folderOf(name));
  }

  erase(name: string): void {
    this.rename([[name, undefined]]);
    this.syncFolder(folderOf(name));
  }

  /** Every process that used the disk must have ended. */
  cutPower(random: SimRandom): void {
    for (const change of random.some(this.#pending, 0.5)) {
      for (const [name, inode] of change) set(this.#durable, name, inode);
    }
    this.#pending = [];
    this.names.clear();
    for (const [name, inode] of this.#durable) {
      inode.bytes = inode.synced ?? torn(inode.bytes, random);
      inode.synced = inode.bytes;
      this.names.set(name, inode);
    }
  }

  inode(name: string): Inode {
    return must(this.names.get(name), () => `there is no ${name}`);
  }
}

/** Empty for a name in the base folder. */
export function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

function set(names: Map<string, Inode>, name: string, inode: Inode | undefined): void {
  if (inode === undefined) names.delete(name);
  else names.set(name, inode);
}

/** A part of what was written, the rest missing or zero. */
function torn(bytes: Uint8Array, random: SimRandom): Uint8Array {
  const kept = bytes.slice(0, random.integer(0, bytes.length));
  if (random.chance(0.5)) return kept;
  const whole = new Uint8Array(bytes.length);
  whole.set(kept);
  return whole;
}
