/**
 * Names that the folder's file system takes for one: `A.txt` and `a.txt` where letter case does not
 * count, or the two Unicode forms of an accented letter. One of them is synced, the others are left
 * alone: writing them would overwrite it, and their absence is no deletion.
 */
import { compareNames } from './compare-names.js';
import { ownNames, refusedClusterName } from './names.js';
import type { FileState, LocalState } from './plan.js';

/** What the file system does not tell apart. */
export interface NameFolding {
  readonly letterCase: boolean;
  readonly unicodeForm: boolean;
}

export interface TwinsInput {
  readonly folding: NameFolding;
  readonly index: ReadonlyMap<string, FileState>;
  readonly local: ReadonlyMap<string, LocalState>;
  readonly cluster: ReadonlyMap<string, FileState>;
}

/** The names to be left alone, each with the reason for people. */
export function findTwins(input: TwinsInput): ReadonlyMap<string, string> {
  const twins = new Map<string, string>();
  const { folding, index, local, cluster } = input;
  if (!folding.letterCase && !folding.unicodeForm) return twins;
  /** How each path that somebody has is spelled, by what the file system makes of it. */
  const spellings = new Map<string, string>();
  for (const name of ownNames) claim(name, folding, spellings);
  for (const name of local.keys()) {
    if (!isLeaving(input, name)) claim(name, folding, spellings);
  }
  for (const name of liveNames(cluster).sort(compareNames)) {
    const other = claim(name, folding, spellings);
    if (other === undefined) continue;
    // It was renamed here, to what differs in nothing else: that is no twin, but its deletion.
    const isRenamed = index.get(name)?.kind === 'file' && local.has(other) && !index.has(other);
    if (!isRenamed) twins.set(name, `this file system takes it for ${other}`);
  }
  return twins;
}

/** Those that a sync may write. */
function liveNames(cluster: TwinsInput['cluster']): string[] {
  const live = [...cluster].filter(([, { kind }]) => kind === 'file').map(([name]) => name);
  return live.filter((name) => refusedClusterName(name) === undefined);
}

/** The cluster has deleted it since: it makes room before anything is written. */
function isLeaving({ index, cluster }: TwinsInput, name: string): boolean {
  const current = cluster.get(name);
  return current?.kind === 'deleted' && current.version !== index.get(name)?.version;
}

/** Undefined when nobody has the name, or its folders, in another spelling; it is taken then. */
function claim(
  name: string,
  folding: NameFolding,
  spellings: Map<string, string>,
): string | undefined {
  const paths = pathsOf(name);
  for (const path of paths) {
    const spelling = spellings.get(fold(path, folding));
    if (spelling !== undefined && spelling !== path) return spelling;
  }
  for (const path of paths) spellings.set(fold(path, folding), path);
  return undefined;
}

/** The folders that a name leads through, and the name itself. */
function pathsOf(name: string): readonly string[] {
  const parts = name.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function fold(path: string, { letterCase, unicodeForm }: NameFolding): string {
  const inOneForm = unicodeForm ? path.normalize('NFC') : path;
  return letterCase ? inOneForm.toUpperCase().toLowerCase() : inOneForm;
}
