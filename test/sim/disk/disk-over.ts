/**
 * The disk of a process, put together from what is on it and from a way to run its operations: at
 * once, in simulated time, or up to the moment when a test wants the power to go.
 */
import type { Disk, DiskFile } from '../../../src/storage/disk.js';
import type { DiskContents, Inode } from './disk-contents.js';

export interface Operation<Result> {
  /** For messages: "cannot …". */
  readonly what: string;
  /** Whether it waits for the platters. */
  readonly isSync: boolean;
  /** Bytes that it needs room for. */
  readonly bytes: number;
  /** Does all of it. */
  readonly work: () => Result;
  /**
   * What it leaves behind when it is refused, or when the process ends in the middle. When it
   * `isForgotten`, the operating system takes what could not be synced for synced.
   */
  readonly workInPart: (chance: () => number, isForgotten: boolean) => void;
}

export type RunOperation = <Result>(operation: Operation<Result>) => Promise<Result>;

export function diskOver(contents: DiskContents, run: RunOperation): Disk {
  const quick = <Result>(what: string, work: () => Result): Promise<Result> =>
    run({ what, isSync: false, bytes: 0, work, workInPart: () => undefined });
  return {
    list: () => quick('list the folder', () => contents.names()),
    read: (name) => quick(`read ${name}`, () => contents.find(name)?.current.view().slice()),
    readRange: (name, offset, bytesMax) =>
      quick(`read ${name}`, () => {
        const current = contents.find(name)?.current;
        const end = Math.min(current?.size ?? 0, offset + bytesMax);
        return current?.view(Math.min(offset, end), end).slice();
      }),
    size: (name) => quick(`look at ${name}`, () => contents.find(name)?.current.size),
    create: (name) =>
      quick(`create ${name}`, () => {
        const inode = contents.create(name);
        return new FileOver({ contents, name, inode, run, end: 0 });
      }),
    openAt: (name, size) =>
      quick(`open ${name}`, () => {
        const inode = contents.file(name);
        contents.cut(inode, size);
        return new FileOver({ contents, name, inode, run, end: size });
      }),
    rename: (from, to) => {
      const work = (): void => {
        contents.rename(from, to);
      };
      return run(changeOfNames(`rename ${from}`, false, work));
    },
    remove: (name) => {
      const work = (): void => {
        contents.remove(name);
      };
      return run(changeOfNames(`remove ${name}`, false, work));
    },
    syncFolder: () => {
      const work = (): void => {
        contents.syncNames();
      };
      return run(changeOfNames('sync the folder', true, work));
    },
  };
}

/** Happens whole or not at all, and nobody knows which when it breaks off. */
function changeOfNames(what: string, isSync: boolean, work: () => void): Operation<void> {
  const workInPart = (chance: () => number): void => {
    if (chance() < 0.5) work();
  };
  return { what, isSync, bytes: 0, work, workInPart };
}

interface FileParts {
  readonly contents: DiskContents;
  readonly name: string;
  readonly inode: Inode;
  readonly run: RunOperation;
  /** Where the next append begins. */
  readonly end: number;
}

class FileOver implements DiskFile {
  readonly #parts: FileParts;
  #end: number;

  constructor(parts: FileParts) {
    this.#parts = parts;
    this.#end = parts.end;
  }

  append(chunks: readonly Uint8Array[]): Promise<void> {
    return this.#append(concat(chunks), false);
  }

  appendDurably(bytes: Uint8Array): Promise<void> {
    return this.#append(bytes.slice(), true);
  }

  fill(from: number, bytes: number): Promise<void> {
    const { contents, name, inode, run } = this.#parts;
    const fill = (count: number): void => {
      contents.write(inode, from, new Uint8Array(count));
    };
    return run({
      what: `fill ${name}`,
      isSync: true,
      bytes: this.#bytesBeyond(from + bytes),
      work: () => {
        fill(bytes);
        contents.syncLastWrite(inode);
      },
      workInPart: (chance, isForgotten) => {
        fill(Math.floor(chance() * bytes));
        if (isForgotten) contents.failSync(inode, chance);
      },
    });
  }

  cutFill(): Promise<void> {
    const { contents, name, inode } = this.#parts;
    const cut = (): void => {
      contents.cut(inode, this.#end);
    };
    return this.#quick(`cut ${name}`, cut, (chance) => {
      if (chance() < 0.5) cut();
    });
  }

  sync(): Promise<void> {
    const { contents, name, inode, run } = this.#parts;
    return run({
      what: `sync ${name}`,
      isSync: true,
      bytes: 0,
      work: () => {
        contents.sync(inode);
      },
      workInPart: (chance, isForgotten) => {
        if (isForgotten) contents.failSync(inode, chance);
      },
    });
  }

  close(): Promise<void> {
    const nothing = (): void => undefined;
    return this.#quick(`close ${this.#parts.name}`, nothing, nothing);
  }

  #append(bytes: Uint8Array, isDurable: boolean): Promise<void> {
    const { contents, name, inode, run } = this.#parts;
    const write = (part: Uint8Array): void => {
      contents.write(inode, this.#end, part);
      this.#end += part.length;
    };
    return run({
      what: `write to ${name}`,
      isSync: isDurable,
      bytes: this.#bytesBeyond(this.#end + bytes.length),
      work: () => {
        write(bytes);
        if (isDurable) contents.syncLastAppend(inode);
      },
      workInPart: (chance, isForgotten) => {
        const part = chance() < 0.3 ? 1 : chance();
        write(bytes.subarray(0, Math.floor(part * bytes.length)));
        if (isDurable && isForgotten) contents.failSync(inode, chance);
      },
    });
  }

  #quick(what: string, work: () => void, workInPart: Operation<void>['workInPart']): Promise<void> {
    return this.#parts.run({ what, isSync: false, bytes: 0, work, workInPart });
  }

  /** Room is needed only for what makes the file longer. */
  #bytesBeyond(end: number): number {
    return Math.max(0, end - this.#parts.inode.current.size);
  }
}

/** The bytes as they are now: whoever appends may use its memory again. */
function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
