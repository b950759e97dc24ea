/**
 * Carries out a plan. What happens to one file does not touch the others: a file that fails, and
 * its line in the index, stay as they were. The index follows what was done.
 */
import { unreachable } from '../base/assert.js';
import { deleteHere, downloadFile, settleConflict } from './download.js';
import { FolderError } from './folder.js';
import { inParallel } from './in-parallel.js';
import type { IndexKeeper } from './index-keeper.js';
import type { Action } from './plan.js';
import { BlockMissing, ClusterRefused } from './sync-cluster.js';
import type { ReportBuilder } from './sync-report.js';
import { deleteInCluster, uploadFile } from './upload.js';
import { done, type FileOutcome, type Work } from './work.js';

/** Files in hand at a time. */
const filesMax = 16;

export interface Execution {
  readonly work: Work;
  readonly index: IndexKeeper;
  readonly report: ReportBuilder;
  /** Once it fires, files in hand are finished and no further ones begun. */
  readonly signal: AbortSignal;
  onFile(): void;
}

/**
 * The names that have to be looked at again, with the reason; those that failed are none of them.
 * Rejects with what concerns the whole sync, `ClusterGone` for example.
 */
export async function executePlan(
  actions: readonly Action[],
  execution: Execution,
): Promise<ReadonlyMap<string, string>> {
  const again = new Map<string, string>();
  const run = async (action: Action): Promise<void> => {
    if (execution.signal.aborted) return;
    const outcome = await carryOut(action, execution);
    if (outcome?.kind === 'again') again.set(action.name, outcome.reason);
    execution.onFile();
    await execution.index.saveIfDue();
  };
  // A file may have to go before a folder can take its place, and the other way round; and folders
  // that become empty must not go while others put files into them.
  const isRemoval = (action: Action): boolean =>
    action.kind === 'delete' || (action.kind === 'conflict' && action.to.kind === 'deleted');
  try {
    for (const action of actions.filter(isRemoval)) await run(action);
    const others = actions.filter((action) => !isRemoval(action));
    await inParallel(others, filesMax, run);
  } finally {
    await execution.index.save();
  }
  return again;
}

/** Whether it concerns the file in hand alone. */
export function isOfOneFile(error: unknown): error is Error {
  return [FolderError, BlockMissing, ClusterRefused].some((kind) => error instanceof kind);
}

/** Undefined when the file failed, which is reported then. */
async function carryOut(
  action: Action,
  { work, index, report }: Execution,
): Promise<FileOutcome | undefined> {
  try {
    const outcome = await perform(action, work);
    if (outcome.kind === 'done') index.note(action.name, outcome.state, outcome.seen);
    report.add(action, outcome);
    return outcome;
  } catch (error) {
    if (!isOfOneFile(error)) throw error;
    report.fail(action.name, error.message);
    return undefined;
  }
}

async function perform(action: Action, work: Work): Promise<FileOutcome> {
  const { name } = action;
  switch (action.kind) {
    case 'upload':
      return uploadFile(work, name, action.version);
    case 'download':
      return downloadFile(work, name, action.to);
    case 'delete':
      return deleteHere(work, name, action.to);
    case 'delete-remote':
      return deleteInCluster(work, name, action.version);
    case 'conflict':
      return settleConflict(work, name, action.to);
    case 'note':
      return done(action.to, { isChange: false });
    default:
      return unreachable(action);
  }
}
