/**
 * What is on a disk: one flat folder of files, of which the operating system shows one state and
 * the platters hold another. Contents become durable by a sync of their file, names by one of the
 * folder; a power cut leaves what is durable and any part of the rest. A sync that failed forgets
 * what it should have written: that stays readable, and no later sync makes it durable.
 */
import { assert, must } from '../../../src/base/assert.js';
import { GrowingBytes } from './growing-bytes.js';

/** Small, so that short files have many pages to lose one by one. */
const pageBytes = 8;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** A file, which may have several names for a moment, or none. */
export interface Inode {
  readonly current: GrowingBytes;
  readonly durable: GrowingBytes;
  /** Written, and not synced. */
  dirty: Range[];
  /** Written, but the sync failed: readable, and gone with the power. */
  lost: Range[];
  /** Where the last append that was durable at once began. */
  lastDurableAt: number;
}

/** A change of names that is not durable yet: a name goes, and a file gets one. */
interface NameChange {
  readonly gone: string | undefined;
  readonly named: { readonly name: string; readonly inode: Inode } | undefined;
}

/** Uniform in [0, 1). */
type Chance = () => number;

export class DiskContents {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];

  names(): string[] {
    return [...this.#names.keys()].sort();
  }

  find(name: string): Inode | undefined {
    return this.#names.get(name);
  }

  file(name: string): Inode {
    return must(this.#names.get(name), () => `${name} exists`);
  }

  get usedBytes(): number {
    let bytes = 0;
    for (const { current } of this.#names.values()) bytes += current.size;
    return bytes;
  }

  create(name: string): Inode {
    const known = this.#names.get(name);
    if (known !== undefined) {
      this.cut(known, 0);
      return known;
    }
    const inode = newInode(new GrowingBytes(), new GrowingBytes());
    this.#changeNames({ gone: undefined, named: { name, inode } });
    return inode;
  }

  rename(from: string, to: string): void {
    const inode = this.file(from);
    this.#changeNames({ gone: from, named: { name: to, inode } });
  }

  remove(name: string): void {
    this.#changeNames({ gone: name, named: undefined });
  }

  syncNames(): void {
    for (const change of this.#nameChanges) carryOut(change, this.#durableNames);
    this.#nameChanges = [];
  }

  cut(inode: Inode, size: number): void {
    assert(size <= inode.current.size, 'a file is cut within its size');
    inode.current.resize(size);
    inode.dirty = clipped(inode.dirty, size);
    inode.lost = clipped(inode.lost, size);
  }

  append(inode: Inode, bytes: Uint8Array): void {
    this.write(inode, inode.current.size, bytes);
  }

  /** Writes over what is there, and beyond it. */
  write(inode: Inode, from: number, bytes: Uint8Array): void {
    inode.current.put(from, bytes);
    if (bytes.length > 0) inode.dirty.push({ from, to: from + bytes.length });
  }

  /** Makes what the last append wrote durable, and nothing that was written before it. */
  syncLastAppend(inode: Inode): void {
    inode.lastDurableAt = inode.dirty.at(-1)?.from ?? inode.lastDurableAt;
    this.syncLastWrite(inode);
  }

  syncLastWrite(inode: Inode): void {
    const last = inode.dirty.pop();
    if (last !== undefined) copyRange(inode, last);
    inode.durable.resize(inode.current.size);
  }

  sync(inode: Inode): void {
    for (const range of inode.dirty) copyRange(inode, range);
    inode.dirty = [];
    inode.durable.resize(inode.current.size);
  }

  /**
   * The sync failed: each page that it should have written is on disk now, or can only be read,
   * and is believed to be clean.
   */
  failSync(inode: Inode, chance: Chance): void {
    for (const { from, to } of inode.dirty) {
      for (let at = from; at < to; at += pageBytes) {
        const page = { from: at, to: Math.min(at + pageBytes, to) };
        if (chance() < 0.5) copyRange(inode, page);
        else inode.lost.push(page);
      }
    }
    inode.dirty = [];
  }

  /** Any change that was not synced may be there, torn, or not. */
  cutPower(chance: Chance): void {
    for (const change of this.#nameChanges) {
      if (chance() < 0.5) carryOut(change, this.#durableNames);
    }
    const after = new Map<string, Inode>();
    for (const [name, inode] of this.#durableNames) after.set(name, torn(inode, chance));
    this.#become(after);
  }

  /** The same disk, to go on with in another way. */
  clone(): DiskContents {
    const contents = new DiskContents();
    const clones = new Map<Inode, Inode>();
    const cloneOf = (inode: Inode): Inode => {
      const known = clones.get(inode) ?? cloneInode(inode);
      clones.set(inode, known);
      return known;
    };
    for (const [name, inode] of this.#names) contents.#names.set(name, cloneOf(inode));
    for (const [name, inode] of this.#durableNames) {
      contents.#durableNames.set(name, cloneOf(inode));
    }
    contents.#nameChanges = this.#nameChanges.map((change) => cloneChange(change, cloneOf));
    return contents;
  }

  /** What can be read, as if all of it were durable. */
  readableOnly(): DiskContents {
    const contents = new DiskContents();
    const names = new Map<string, Inode>();
    for (const [name, { current }] of this.#names) names.set(name, stillInode(current));
    contents.#become(names);
    return contents;
  }

  /** What surely survives a power cut now. */
  durableOnly(): DiskContents {
    const contents = new DiskContents();
    const names = new Map<string, Inode>();
    for (const [name, { durable }] of this.#durableNames) names.set(name, stillInode(durable));
    contents.#become(names);
    return contents;
  }

  /** Flips a bit of what is stored, wherever it is. */
  flipBit(name: string, bit: number): void {
    const { current, durable } = this.file(name);
    const at = bit >> 3;
    for (const bytes of [current, durable]) {
      const byte = bytes.view()[at];
      if (byte !== undefined) bytes.view()[at] = byte ^ (1 << (bit & 7));
    }
  }

  /** Takes everything away. */
  wipe(): void {
    this.#become(new Map());
  }

  #become(names: Map<string, Inode>): void {
    this.#names = names;
    this.#durableNames = new Map(names);
    this.#nameChanges = [];
  }

  #changeNames(change: NameChange): void {
    carryOut(change, this.#names);
    this.#nameChanges.push(change);
  }
}

function carryOut({ gone, named }: NameChange, names: Map<string, Inode>): void {
  if (gone !== undefined) names.delete(gone);
  if (named !== undefined) names.set(named.name, named.inode);
}

function cloneChange({ gone, named }: NameChange, cloneOf: (inode: Inode) => Inode): NameChange {
  return { gone, named: named && { name: named.name, inode: cloneOf(named.inode) } };
}

function cloneInode({ current, durable, dirty, lost, lastDurableAt }: Inode): Inode {
  return {
    current: GrowingBytes.of(current.view()),
    durable: GrowingBytes.of(durable.view()),
    dirty: [...dirty],
    lost: [...lost],
    lastDurableAt,
  };
}

function newInode(current: GrowingBytes, durable: GrowingBytes): Inode {
  return { current, durable, dirty: [], lost: [], lastDurableAt: 0 };
}

/** A file whose contents are all durable. */
function stillInode(bytes: GrowingBytes): Inode {
  return newInode(GrowingBytes.of(bytes.view()), GrowingBytes.of(bytes.view()));
}

function copyRange({ current, durable }: Inode, { from, to }: Range): void {
  durable.put(from, current.view(from, to));
}

function clipped(ranges: readonly Range[], size: number): Range[] {
  return ranges
    .filter(({ from }) => from < size)
    .map(({ from, to }) => ({ from, to: Math.min(to, size) }));
}

/** Each page of what was not synced is as it was or as it should be; the end is anywhere. */
function torn(inode: Inode, chance: Chance): Inode {
  const { current, durable, dirty, lost } = inode;
  const isSettled = dirty.length + lost.length === 0 && current.size === durable.size;
  if (isSettled || chance() < 0.3)
    return { ...stillInode(durable), lastDurableAt: inode.lastDurableAt };
  const bytes = GrowingBytes.of(durable.view());
  const ends = chance() < 0.5 ? 1 : chance();
  bytes.resize(durable.size + Math.round((current.size - durable.size) * ends));
  const written = chance() < 0.5 ? 0.9 : chance();
  for (const { from, to } of dirty) {
    for (let at = from; at < Math.min(to, bytes.size); at += pageBytes) {
      const end = Math.min(at + pageBytes, to, bytes.size);
      if (chance() < written) bytes.put(at, current.view(at, end));
    }
  }
  return { ...stillInode(bytes), lastDurableAt: inode.lastDurableAt };
}
