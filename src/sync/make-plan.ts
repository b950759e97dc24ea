/**
 * What a sync has to do: three states in, one action at most for each name out. This is the table
 * of the contract, section 12; nothing is read or written here, so it can be asked as often as one
 * likes.
 *
 * Two rules carry the table. As long as the cluster has what the index says, only the folder can
 * have changed, and the cluster follows it. Otherwise the cluster wins, and what was changed here
 * is kept beside it.
 */
import { compareNames } from './compare-names.js';
import type {
  Action,
  FileState,
  ForeignIndex,
  LocalState,
  SuddenlyEmpty,
  SyncPlan,
} from './plan.js';

/**
 * A name that is skipped, or whose file cannot be looked at (a link, a folder that cannot be
 * read), is to be in none of the three maps: in one that lacks it, it would count as deleted.
 */
export interface PlanInput {
  /** The states after the last sync. */
  readonly index: ReadonlyMap<string, FileState>;
  /** A file that the index lacks, or calls deleted, counts as changed. */
  readonly local: ReadonlyMap<string, LocalState>;
  /** Deleted files included. */
  readonly cluster: ReadonlyMap<string, FileState>;
  /** Plan also when every file has disappeared from the folder. */
  readonly allowEmpty: boolean;
}

/** Fewer files than these may all have been deleted on purpose. */
const suddenlyEmptyFilesMin = 5;

/** A foreign index is told first: that the folder is empty is then of no interest. */
export function makePlan(input: PlanInput): SyncPlan | ForeignIndex | SuddenlyEmpty {
  const { index, local, cluster, allowEmpty } = input;
  const foreign = findForeign(index, cluster);
  if (foreign !== undefined) return foreign;
  const files = countLiveFiles(index);
  if (!allowEmpty && files >= suddenlyEmptyFilesMin && haveDisappeared(index, local)) {
    return { kind: 'suddenly-empty', files };
  }
  const names = new Set([...index.keys(), ...local.keys(), ...cluster.keys()]);
  const actions: Action[] = [];
  for (const name of names) {
    const action = planFile(name, index.get(name), local.get(name), cluster.get(name));
    if (action !== undefined) actions.push(action);
  }
  return { kind: 'plan', actions: actions.sort((a, b) => compareNames(a.name, b.name)) };
}

/** The first name in order, so that the same states always give the same message. */
function findForeign(
  index: PlanInput['index'],
  cluster: PlanInput['cluster'],
): ForeignIndex | undefined {
  let foreign: ForeignIndex | undefined;
  for (const [name, known] of index) {
    const current = cluster.get(name);
    if (current !== undefined && mayFollow(known, current)) continue;
    if (foreign !== undefined && compareNames(foreign.name, name) < 0) continue;
    const clusterVersion = current?.version ?? 0;
    foreign = { kind: 'foreign', name, indexVersion: known.version, clusterVersion };
  }
  return foreign;
}

/** Versions only grow, and the same version of a file always has the same content. */
function mayFollow(known: FileState, current: FileState): boolean {
  if (known.version !== current.version) return known.version < current.version;
  if (known.kind === 'deleted' || current.kind === 'deleted') return known.kind === current.kind;
  return (
    known.blocks.length === current.blocks.length &&
    known.blocks.every((hash, at) => hash === current.blocks[at])
  );
}

function countLiveFiles(index: PlanInput['index']): number {
  let files = 0;
  for (const { kind } of index.values()) if (kind === 'file') files += 1;
  return files;
}

function haveDisappeared(index: PlanInput['index'], local: PlanInput['local']): boolean {
  for (const [name, { kind }] of index) if (kind === 'file' && local.has(name)) return false;
  return true;
}

function planFile(
  name: string,
  known: FileState | undefined,
  local: LocalState | undefined,
  current: FileState | undefined,
): Action | undefined {
  if (current === undefined) {
    return local === undefined ? undefined : { kind: 'upload', name, version: 1 };
  }
  const isUnchanged = local === 'unchanged' && known?.kind === 'file';
  if (known?.version === current.version) return followFolder(name, current, local);
  if (local === undefined) {
    return { kind: current.kind === 'deleted' ? 'note' : 'download', name, to: current };
  }
  if (!isUnchanged) return { kind: 'conflict', name, to: current };
  return { kind: current.kind === 'deleted' ? 'delete' : 'download', name, to: current };
}

/** The cluster and the index agree on `current`. */
function followFolder(
  name: string,
  current: FileState,
  local: LocalState | undefined,
): Action | undefined {
  const version = current.version + 1;
  if (current.kind === 'deleted') {
    return local === undefined ? undefined : { kind: 'upload', name, version };
  }
  if (local === undefined) return { kind: 'delete-remote', name, version };
  return local === 'unchanged' ? undefined : { kind: 'upload', name, version };
}
