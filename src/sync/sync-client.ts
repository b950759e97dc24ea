/**
 * One sync of a folder with the cluster (contract, section 12): looks at both, plans, carries out,
 * and looks again at what changed in between.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { unreachable } from '../base/assert.js';
import { blockBytesMax } from '../base/limits.js';
import { BlockSender } from './block-sender.js';
import { foreseeCopy } from './download.js';
import { executePlan, isOfOneFile } from './execute-plan.js';
import type { SyncFolder } from './folder.js';
import { ByteBudget } from './in-parallel.js';
import { parseIndex, type IndexForm } from './index-file.js';
import { IndexKeeper } from './index-keeper.js';
import { makePlan } from './make-plan.js';
import { findTwins } from './name-twins.js';
import { refusedClusterName, type SkippedName } from './names.js';
import type { Action, FileState } from './plan.js';
import { scanFolder, type Scan } from './scan.js';
import { parseSeen } from './seen-files.js';
import { ClusterGone, type SyncCluster } from './sync-cluster.js';
import { ReportBuilder, type SyncReport } from './sync-report.js';
import { done, type Work } from './work.js';

export type SyncLock =
  | { readonly kind: 'locked'; release(): Promise<void> }
  | { readonly kind: 'held'; readonly processId: number };

export interface SyncProgress {
  readonly filesDone: number;
  readonly files: number;
  /** Of blocks, in both directions. */
  readonly bytes: number;
}

export interface SyncOptions {
  readonly folder: SyncFolder;
  readonly cluster: SyncCluster;
  /** Of the blocks that are uploaded. */
  readonly blockBytes: number;
  /** Tries to take the lock of the prepared folder. */
  readonly lock: () => Promise<SyncLock>;
  /** How long to wait for another sync of the folder. */
  readonly timeoutMs: number;
  readonly allowEmpty: boolean;
  readonly indexForm: IndexForm;
  readonly dryRun: boolean;
  /** Once it fires, files in hand are finished, and the sync ends with what was done. */
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Waits between two looks at what keeps changing; by the clock of the system unless given. */
  readonly pause?: (ms: number) => Promise<unknown>;
  onProgress(progress: SyncProgress): void;
  /** Under `dryRun`: what would be done, in order. */
  onPlanned(action: Action): void;
}

/** Something about the folder or its index that a person has to see to; nothing was changed. */
class SyncRefused extends Error {
  override readonly name = 'SyncRefused';
}

const roundsMax = 6;
const roundPauseMs = 50;
const lockPauseMs = 100;
/** Of blocks on their way, up and down together: three of the longest. */
const transferBytesMax = 3 * blockBytesMax;

/** Resolves also when the sync could not be done: the report says why. */
export async function syncOnce(options: SyncOptions): Promise<SyncReport> {
  const report = new ReportBuilder();
  const startedAtMs = options.nowMs();
  let problem: string | undefined;
  try {
    await (options.dryRun ? new Sync(options, report).run() : runLocked(options, report));
  } catch (error) {
    if (!isExpected(error)) throw error;
    problem = error.message;
  }
  return report.finish((options.nowMs() - startedAtMs) / 1000, options.dryRun, problem);
}

function isExpected(error: unknown): error is Error {
  return [ClusterGone, SyncRefused].some((kind) => error instanceof kind) || isOfOneFile(error);
}

async function runLocked(options: SyncOptions, report: ReportBuilder): Promise<void> {
  await options.folder.prepare();
  const lock = await takeLock(options);
  if (lock === undefined) return;
  try {
    await options.folder.clean();
    await new Sync(options, report).run();
  } finally {
    await lock.release();
  }
}

/** Undefined when the sync was stopped before the lock was free. */
async function takeLock(
  options: SyncOptions,
): Promise<Extract<SyncLock, { readonly kind: 'locked' }> | undefined> {
  const startedAtMs = performance.now();
  for (;;) {
    const lock = await options.lock();
    if (lock.kind === 'locked') return lock;
    if (options.signal.aborted) return undefined;
    if (performance.now() - startedAtMs >= options.timeoutMs) {
      throw new SyncRefused(`another sync of this folder goes on, process ${lock.processId}`);
    }
    // Two that come in the same moment may both be refused: they must not come again together.
    await wait(lockPauseMs * (1 + Math.random()));
  }
}

class Sync {
  readonly #options: SyncOptions;
  readonly #report: ReportBuilder;
  readonly #sender: BlockSender;
  #filesDone = 0;
  #files = 0;

  constructor(options: SyncOptions, report: ReportBuilder) {
    this.#options = options;
    this.#report = report;
    const { cluster, nowMs } = options;
    const onBytes = (): void => this.#tell();
    this.#sender = new BlockSender({ cluster, transfers: report.transfers, onBytes, nowMs });
  }

  async run(): Promise<void> {
    const index = await this.#readIndex();
    let again: ReadonlyMap<string, string> | undefined;
    for (let round = 0; round < roundsMax; round += 1) {
      const names = again;
      const { work, actions } = await this.#plan(index);
      const chosen = names === undefined ? actions : actions.filter(({ name }) => names.has(name));
      if (this.#options.dryRun) return this.#foresee(work, chosen);
      again = await this.#execute(work, index, chosen);
      if (again.size === 0 || this.#options.signal.aborted) return;
      // Whoever is writing there is given more time in every round.
      const pause = this.#options.pause ?? wait;
      if (round + 1 < roundsMax) await pause(roundPauseMs * 2 ** round);
    }
    for (const [name, reason] of again ?? []) this.#report.fail(name, reason);
  }

  async #readIndex(): Promise<IndexKeeper> {
    const { folder, indexForm, nowMs } = this.#options;
    const parsed = parseIndex((await folder.readState('index')) ?? '');
    if (parsed.kind === 'mistake') {
      throw new SyncRefused(`index.txt:${parsed.line}: ${parsed.text}`);
    }
    const keeper = new IndexKeeper({ folder, form: indexForm, files: parsed.files, nowMs });
    keeper.remember(parseSeen(await folder.readState('seen')), false);
    return keeper;
  }

  async #plan(
    index: IndexKeeper,
  ): Promise<{ readonly work: Work; readonly actions: readonly Action[] }> {
    const { folder, cluster, blockBytes, nowMs, allowEmpty } = this.#options;
    const { seen, files } = index;
    const scan = await scanFolder({ folder, index: files, seen, blockBytes, nowMs });
    for (const { name, reason } of scan.skipped) this.#report.skip(name, reason);
    for (const { name, reason } of scan.failed) this.#report.fail(name, reason);
    const map = await cluster.readMap();
    const { local } = scan;
    const folding = await folder.folding();
    const twins = findTwins({ folding, index: files, local, cluster: map });
    const plan = makePlan({
      index: this.#touchable(files, { scan, twins, isTold: false }),
      local,
      cluster: this.#touchable(map, { scan, twins, isTold: true }),
      allowEmpty,
    });
    switch (plan.kind) {
      case 'foreign':
        throw new SyncRefused(
          `this is not the cluster of this folder: index.txt has version ${plan.indexVersion} ` +
            `of ${plan.name}, the cluster ${describeVersion(plan)}; nothing was changed`,
        );
      case 'suddenly-empty':
        throw new SyncRefused(
          `all ${plan.files} files of index.txt have disappeared from the folder; nothing was ` +
            'changed; --allow-empty deletes them in the cluster, too',
        );
      case 'plan':
        break;
      default:
        unreachable(plan);
    }
    index.remember(scan.seen, scan.isNews);
    return { work: this.#makeWork(scan), actions: plan.actions };
  }

  /** Those of the states that a sync may act on; what is left out of the cluster's is reported. */
  #touchable(
    states: ReadonlyMap<string, FileState>,
    { scan, twins, isTold }: Untouchable,
  ): Map<string, FileState> {
    const touchable = new Map<string, FileState>();
    for (const [name, state] of states) {
      const refused = refusedClusterName(name) ?? hiddenBy(scan, name) ?? twinOf(twins, name);
      if (refused === undefined) touchable.set(name, state);
      else if (isTold && !refused.isSilent && state.kind === 'file') {
        this.#report.skip(name, refused.reason);
      }
    }
    return touchable;
  }

  #makeWork(scan: Scan): Work {
    const { folder, cluster, blockBytes, nowMs } = this.#options;
    return {
      folder,
      cluster,
      blockBytes,
      nowMs,
      facts: scan.facts,
      sender: this.#sender,
      memory: new ByteBudget(transferBytesMax),
      longest: { blockBytes },
      transfers: this.#report.transfers,
    };
  }

  async #execute(
    work: Work,
    index: IndexKeeper,
    actions: readonly Action[],
  ): Promise<ReadonlyMap<string, string>> {
    this.#files = this.#filesDone + actions.length;
    const again = await executePlan(actions, {
      work,
      index,
      report: this.#report,
      signal: this.#options.signal,
      onFile: () => {
        this.#filesDone += 1;
        this.#tell();
      },
    });
    this.#filesDone -= again.size;
    return again;
  }

  async #foresee(work: Work, actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      try {
        const isConflict = action.kind === 'conflict';
        const copy = isConflict ? await foreseeCopy(work, action.name, action.to) : undefined;
        if (action.kind === 'note' || (isConflict && copy === undefined)) continue;
        const version = 'to' in action ? action.to.version : action.version;
        this.#report.add(action, done({ kind: 'deleted', version }, { copy }));
        this.#options.onPlanned(action);
      } catch (error) {
        if (!isOfOneFile(error)) throw error;
        this.#report.fail(action.name, error.message);
      }
    }
  }

  #tell(): void {
    const { bytesSent, bytesReceived } = this.#report.transfers;
    const bytes = bytesSent + bytesReceived;
    this.#options.onProgress({ filesDone: this.#filesDone, files: this.#files, bytes });
  }
}

interface Untouchable {
  readonly scan: Scan;
  readonly twins: ReadonlyMap<string, string>;
  readonly isTold: boolean;
}

function twinOf(twins: Untouchable['twins'], name: string): SkippedName | undefined {
  const reason = twins.get(name);
  return reason === undefined ? undefined : { reason, isSilent: false };
}

/** Told only of names below what is hidden: that itself is told already. */
function hiddenBy({ hidden }: Scan, name: string): SkippedName | undefined {
  if (hidden.size === 0) return undefined;
  if (hidden.has(name)) return { reason: '', isSilent: true };
  for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
    const parent = name.slice(0, end);
    const reason = hidden.get(parent);
    if (reason !== undefined) {
      return { reason: `it leads through ${parent}: ${reason}`, isSilent: false };
    }
  }
  return undefined;
}

function describeVersion({ clusterVersion }: { readonly clusterVersion: number }): string {
  return clusterVersion === 0 ? 'does not know the file' : `has version ${clusterVersion}`;
}
