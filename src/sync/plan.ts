/** What a sync is about to do, as a value: made from three states, printed, or carried out. */
import type { BlockHash } from '../blocks/block-hash.js';

/** A version of a file as the cluster or the index knows it. `deleted` has no blocks. */
export type FileState =
  | { readonly kind: 'file'; readonly version: number; readonly blocks: readonly BlockHash[] }
  | { readonly kind: 'deleted'; readonly version: number };

/**
 * A file of the folder: `unchanged` since the last sync (its bytes are those of the index), or
 * `changed`. Absent files are not listed.
 */
export type LocalState = 'unchanged' | 'changed';

/** One thing to do for one file. */
export type Action =
  /** Store the blocks, then make it this version (1 … ); it is refused when somebody was faster. */
  | { readonly kind: 'upload'; readonly name: string; readonly version: number }
  /** Write the cluster's version; what is here is the version last synced, or nothing. */
  | { readonly kind: 'download'; readonly name: string; readonly to: FileState }
  /** Remove what is here, the version last synced, because the cluster deleted it. */
  | { readonly kind: 'delete'; readonly name: string; readonly to: FileState }
  /** Tell the cluster that the file was deleted here: this version. */
  | { readonly kind: 'delete-remote'; readonly name: string; readonly version: number }
  /**
   * Here and there it changed: equal bytes only need the index line; otherwise what is here is
   * kept as a conflict copy and the cluster's version (or its absence) takes its place.
   */
  | { readonly kind: 'conflict'; readonly name: string; readonly to: FileState }
  /** Only the index line follows the cluster. */
  | { readonly kind: 'note'; readonly name: string; readonly to: FileState };

/** The index does not belong to this cluster: a version of it that the cluster never had. */
export interface ForeignIndex {
  readonly kind: 'foreign';
  readonly name: string;
  readonly indexVersion: number;
  /** 0 when the cluster does not know the file. */
  readonly clusterVersion: number;
}

/**
 * Every live file of the index has disappeared from the folder, and they are too many for that to
 * be meant: a disk that is not mounted looks the same.
 */
export interface SuddenlyEmpty {
  readonly kind: 'suddenly-empty';
  /** Live files of the index. */
  readonly files: number;
}

export interface SyncPlan {
  readonly kind: 'plan';
  /** At most one for each name, in the order of the names' code points. */
  readonly actions: readonly Action[];
}
