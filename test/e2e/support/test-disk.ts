/**
 * File systems that a test can fill or freeze while a server has its data folder on them. They
 * need a system that lets us mount; nothing stays mounted, however the tests end.
 */
import { execa } from 'execa';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, statfs, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryCommand } from './try-command.js';

/** A file system of its own, mounted on a server's data folder. */
export interface TestDisk {
  /** Lets the disk work again, whatever was done to it. */
  heal(): Promise<void>;
  /** Unmounts it; no process may use it any more. */
  remove(): Promise<void>;
}

const ballastChunk = Buffer.alloc(64 * 1024, 0xba);
/** The smallest piece a file system gives; what is left of a full disk is less. */
const ballastCrumb = ballastChunk.subarray(0, 512);

/** Folders where something is mounted now. */
const mounted = new Set<string>();
process.on('exit', () => {
  for (const folder of mounted) {
    spawnSync('fsfreeze', ['--unfreeze', folder], { stdio: 'ignore' });
    spawnSync('umount', ['--lazy', folder], { stdio: 'ignore' });
  }
});

/** A small file system in memory that can be filled. */
export class SmallDisk implements TestDisk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Why there can be none here; undefined when there can. */
  static async refusal(): Promise<string | undefined> {
    return tryInFolder(async (folder) => {
      await mount(folder, ['-t', 'tmpfs', '-o', 'size=1m', 'surfraft-e2e']);
      await unmount(folder);
    });
  }

  /** Mounts it on `folder`, which is made when it is missing. */
  static async mount(folder: string, bytes: number): Promise<SmallDisk> {
    await mkdir(folder, { recursive: true });
    await mount(folder, ['-t', 'tmpfs', '-o', `size=${bytes}`, 'surfraft-e2e']);
    return new SmallDisk(folder);
  }

  /** Puts a file there that leaves no room; it grows into what becomes free while it is written. */
  async fill(): Promise<void> {
    const ballast = await open(this.#ballast, 'a');
    try {
      for (const piece of [ballastChunk, ballastCrumb]) await writeUntilFull(ballast, piece);
    } finally {
      await ballast.close();
    }
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  async heal(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  async remove(): Promise<void> {
    await unmount(this.#folder);
  }

  get #ballast(): string {
    return join(this.#folder, 'ballast of a test');
  }
}

/** An ext4 in a file; while it is frozen every write to it hangs, and reads do not. */
export class FreezableDisk implements TestDisk {
  readonly #folder: string;
  readonly #image: string;
  #isFrozen = false;

  private constructor(folder: string, image: string) {
    this.#folder = folder;
    this.#image = image;
  }

  /** Why there can be none here; undefined when there can. */
  static async refusal(): Promise<string | undefined> {
    return tryInFolder(async (folder) => {
      const disk = await FreezableDisk.mount(join(folder, 'disk'));
      try {
        await disk.freeze();
        await disk.heal();
      } finally {
        await disk.remove();
      }
    });
  }

  /** Mounts it on `folder`, which is made when it is missing; its image lies beside that. */
  static async mount(folder: string): Promise<FreezableDisk> {
    const image = `${folder}.image`;
    await mkdir(folder, { recursive: true });
    const handle = await open(image, 'w');
    await handle.close();
    await truncate(image, 64 * 1024 * 1024);
    await execa('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=0,root_owner', image]);
    await mount(folder, ['-t', 'ext4', '-o', 'loop', image]);
    // It must look like a new folder to the server.
    await rm(join(folder, 'lost+found'), { recursive: true });
    return new FreezableDisk(folder, image);
  }

  async freeze(): Promise<void> {
    await execa('fsfreeze', ['--freeze', this.#folder]);
    this.#isFrozen = true;
  }

  async heal(): Promise<void> {
    if (!this.#isFrozen) return;
    await execa('fsfreeze', ['--unfreeze', this.#folder]);
    this.#isFrozen = false;
  }

  async remove(): Promise<void> {
    await unmount(this.#folder);
    await rm(this.#image);
  }
}

async function mount(folder: string, args: readonly string[]): Promise<void> {
  await execa('mount', [...args, folder]);
  mounted.add(folder);
}

async function unmount(folder: string): Promise<void> {
  await execa('umount', [folder]);
  mounted.delete(folder);
}

async function tryInFolder(use: (folder: string) => Promise<void>): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'surfraft-disk-'));
  const refusal = await tryCommand(() => use(folder));
  if (!mounted.has(folder)) await rm(folder, { recursive: true });
  return refusal;
}

async function writeUntilFull(
  file: Awaited<ReturnType<typeof open>>,
  piece: Uint8Array,
): Promise<void> {
  for (;;) {
    try {
      await file.write(piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}
