/** A real folder and a cluster in memory, with what tests ask and do about both. */
import { mkdir, readFile, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatIndex } from '../../src/sync/index-file.js';
import type { Action } from '../../src/sync/plan.js';
import { RealFolder } from '../../src/sync/real-folder.js';
import { syncOnce, type SyncOptions } from '../../src/sync/sync-client.js';
import type { SyncReport } from '../../src/sync/sync-report.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';
import { StoringCluster } from './storing-cluster.js';
import { WatchedFolder } from './watched-folder.js';

export class SyncRig {
  /** Everything is in here, also what must not be reached. */
  readonly outside: string;
  readonly base: string;
  readonly cluster: StoringCluster;
  readonly planned: Action[] = [];
  folder: WatchedFolder;
  /** Ahead of the world: files that were just written have rested for long. */
  aheadMs = 60_000;

  constructor(outside: string, cluster: StoringCluster) {
    this.outside = outside;
    this.base = join(outside, 'base');
    this.cluster = cluster;
    this.folder = this.newFolder();
  }

  /** As another process would see it. */
  newFolder(): WatchedFolder {
    this.folder = new WatchedFolder(new RealFolder(this.base));
    return this.folder;
  }

  sync(more: Partial<SyncOptions> = {}): Promise<SyncReport> {
    this.planned.length = 0;
    return syncOnce(this.options(more));
  }

  options(more: Partial<SyncOptions> = {}): SyncOptions {
    return {
      folder: this.newFolder(),
      cluster: this.cluster,
      blockBytes: 4,
      lock: () => Promise.resolve({ kind: 'locked', release: () => Promise.resolve() }),
      timeoutMs: 1000,
      allowEmpty: false,
      indexForm: 'comma',
      dryRun: false,
      signal: new AbortController().signal,
      nowMs: () => Date.now() + this.aheadMs,
      onProgress: () => undefined,
      onPlanned: (action) => this.planned.push(action),
      ...more,
    };
  }

  async write(name: string, text: string | Uint8Array): Promise<void> {
    await mkdir(dirname(join(this.base, name)), { recursive: true });
    await writeFile(join(this.base, name), text);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.base, name), 'utf8');
  }

  remove(name: string): Promise<void> {
    return unlink(join(this.base, name));
  }

  /** The index that says what the cluster has. */
  async writeIndexOfCluster(): Promise<void> {
    await this.write('index.txt', formatIndex(this.cluster.files, 'comma'));
  }

  /** `name: text` of every file in order, without the sync's own. */
  async tree(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (const entry of await readdir(this.base, { recursive: true, withFileTypes: true })) {
      const name = join(entry.parentPath, entry.name).slice(this.base.length + 1);
      if (name === 'index.txt' || name.startsWith('.surfraft')) continue;
      if (entry.isFile()) lines.push(`${name}: ${await this.read(name)}`);
      else if (entry.isDirectory()) lines.push(`${name}/`);
    }
    return lines.sort();
  }

  /** `name,version` of the index. */
  async index(): Promise<readonly string[]> {
    const text = await this.read('index.txt');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => line.slice(0, line.lastIndexOf(',')));
  }

  async close(): Promise<void> {
    await rm(this.base, { recursive: true, force: true });
    await removeTemporaryFolder(this.outside);
  }
}

export async function makeRig(cluster: StoringCluster = new StoringCluster()): Promise<SyncRig> {
  const rig = new SyncRig(await makeTemporaryFolder(), cluster);
  await mkdir(rig.base);
  return rig;
}

/** The lists of a report that are not empty. */
export function changesOf(report: SyncReport): Record<string, unknown> {
  const { uploaded, downloaded, deletedLocal, deletedRemote, conflicts, failed } = report;
  const { skipped, problem } = report;
  const lists = { uploaded, downloaded, deletedLocal, deletedRemote, conflicts, failed, skipped };
  const full = Object.entries(lists).filter(([, list]) => list.length > 0);
  return { ...Object.fromEntries(full), ...(problem === undefined ? {} : { problem }) };
}
