/** A person with a folder on a machine, and the sync that runs there, one at a time. */
import { isConflictName } from '../../../src/sync/conflict-name.js';
import { syncOnce } from '../../../src/sync/sync-client.js';
import type { SyncReport } from '../../../src/sync/sync-report.js';
import type { SimClock } from '../sim-clock.js';
import type { SimRandom } from '../sim-random.js';
import { FolderDisk } from './folder-disk.js';
import { epochMs, Life } from './life.js';
import { SimAccess } from './sim-access.js';
import type { SimCluster } from './sim-cluster.js';
import { SimFolder, workFolder } from './sim-folder.js';

export interface DeskParts {
  readonly name: string;
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly cluster: SimCluster;
  /** How long the clock of its file system stands still. */
  readonly clockStepMs: number;
  onReport(desk: Desk, report: SyncReport): void;
}

export class Desk {
  readonly name: string;
  readonly disk: FolderDisk;
  readonly #parts: DeskParts;
  #sync: Life | undefined;

  constructor(parts: DeskParts) {
    this.name = parts.name;
    this.#parts = parts;
    const { clock, clockStepMs } = parts;
    const nowMs = (): number => Math.floor((epochMs + clock.nowMs) / clockStepMs) * clockStepMs;
    this.disk = new FolderDisk(nowMs);
  }

  get isSyncing(): boolean {
    return this.#sync !== undefined;
  }

  /** Nothing happens while one is under way. */
  sync(blockBytes: number): void {
    if (this.#sync !== undefined) return;
    const { clock, random, cluster } = this.#parts;
    const life = new Life(clock);
    this.#sync = life;
    life.onEnd(() => (this.#sync = undefined));
    const synced = syncOnce({
      folder: new SimFolder({ disk: this.disk, life, random: random.fork() }),
      cluster: new SimAccess(cluster, life),
      blockBytes,
      lock: () => Promise.resolve({ kind: 'locked', release: () => Promise.resolve() }),
      timeoutMs: 10_000,
      allowEmpty: true,
      indexForm: 'comma',
      dryRun: false,
      signal: new AbortController().signal,
      nowMs: () => life.now(),
      pause: (ms) => life.rest(ms),
      onProgress: () => undefined,
      onPlanned: () => undefined,
    });
    const onEnd = (report: SyncReport): void => {
      life.end();
      this.#parts.onReport(this, report);
    };
    synced.then(onEnd, cluster.onBug);
  }

  kill(): void {
    this.#sync?.end();
  }

  pause(forMs: number): void {
    this.#sync?.pause(forMs);
  }

  cutPower(): void {
    this.kill();
    this.disk.cutPower(this.#parts.random);
  }

  /** What a person sees: everything but what belongs to the sync. */
  files(): ReadonlyMap<string, string> {
    const files = new Map<string, string>();
    for (const [name, { bytes }] of this.disk.names) {
      if (name === 'index.txt' || name.startsWith(`${workFolder}/`)) continue;
      files.set(name, Buffer.from(bytes).toString());
    }
    return files;
  }

  /** Those that are synced. */
  ownFiles(): ReadonlyMap<string, string> {
    return new Map([...this.files()].filter(([name]) => !isConflictName(name)));
  }

  index(): string {
    return Buffer.from(this.disk.names.get('index.txt')?.bytes ?? []).toString();
  }
}
