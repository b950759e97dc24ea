/** A real folder, what its person does there, and its syncs, in this process or one of theirs. */
import { execa } from 'execa';
import { mkdir, readFile, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lockFolder } from '../../../src/io/folder-lock.js';
import { isConflictName } from '../../../src/sync/conflict-name.js';
import { RealFolder } from '../../../src/sync/real-folder.js';
import type { SyncCluster } from '../../../src/sync/sync-cluster.js';
import { syncOnce } from '../../../src/sync/sync-client.js';
import type { SyncReport } from '../../../src/sync/sync-report.js';
import { Killed, WatchedFolder } from '../../sync/watched-folder.js';
import { projectRoot } from '../../tidy/source-text.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');

export interface SyncAs {
  readonly cluster: SyncCluster;
  readonly blockBytes: number;
  readonly timeoutMs: number;
  /** The operation on the folder at which the sync breaks off, as if it were killed there. */
  readonly killAt: number;
}

export class SyncedFolder {
  readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await mkdir(dirname(join(this.base, name)), { recursive: true });
    await writeFile(join(this.base, name), bytes);
  }

  /** Undefined when there is none, or it went this moment. */
  async read(name: string): Promise<string | undefined> {
    return ifThere(() => readFile(join(this.base, name), 'latin1'));
  }

  async remove(name: string): Promise<void> {
    await ifThere(() => unlink(join(this.base, name)));
  }

  async rename(from: string, to: string): Promise<void> {
    await mkdir(dirname(join(this.base, to)), { recursive: true });
    await ifThere(() => rename(join(this.base, from), join(this.base, to)));
  }

  /** Every file but the sync's own, conflict copies included. */
  async files(): Promise<ReadonlyMap<string, string>> {
    const files = new Map<string, string>();
    for (const item of await readdir(this.base, { recursive: true, withFileTypes: true })) {
      const name = join(item.parentPath, item.name).slice(this.base.length + 1);
      if (!item.isFile() || name === 'index.txt' || name.startsWith('.surfraft')) continue;
      files.set(name, (await this.read(name)) ?? '');
    }
    return new Map([...files].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  async ownFiles(): Promise<ReadonlyMap<string, string>> {
    return new Map([...(await this.files())].filter(([name]) => !isConflictName(name)));
  }

  /** Undefined when it was killed. */
  async sync({ cluster, blockBytes, timeoutMs, killAt }: SyncAs): Promise<SyncReport | undefined> {
    const real = new RealFolder(this.base);
    const folder = new WatchedFolder(real);
    folder.killAt = killAt;
    try {
      return await syncOnce({
        ...{ folder, cluster, blockBytes, timeoutMs },
        lock: () => lockFolder(real.workFolder),
        allowEmpty: true,
        indexForm: 'comma',
        dryRun: false,
        signal: new AbortController().signal,
        nowMs: () => Date.now(),
        onProgress: () => undefined,
        onPlanned: () => undefined,
      });
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return undefined;
    }
  }

  /** The command as a process, which SIGKILL ends after so long; whether it came to its end. */
  async syncAsProcess(configPath: string, blockBytes: number, killMs: number): Promise<boolean> {
    const args = ['sync', '-f', configPath, this.base, String(blockBytes), '--allow-empty'];
    const { exitCode, signal, stderr } = await execa(process.execPath, [program, ...args], {
      reject: false,
      timeout: killMs,
      killSignal: 'SIGKILL',
    });
    if (signal === 'SIGKILL') return false;
    if (exitCode !== 0 && exitCode !== 1) throw new Error(`sync ended with ${exitCode}: ${stderr}`);
    return exitCode === 0;
  }
}

async function ifThere<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
