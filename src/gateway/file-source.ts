/**
 * Where served files come from: a folder, the cluster, or both. The HTTP side knows nothing else
 * of them. A source never serves old bytes: what `find` gives is what stands there now (of the
 * cluster: what stood there less than a second ago), and it stays readable as it was then, or
 * reading fails; it never turns into another version half way.
 */

/** The source cannot say at present: no majority, a disk that fails. Answered by 503. */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable';
}

/** The file changed, or its bytes were lost, while it was read: the response must break off. */
export class ContentLost extends Error {
  override readonly name = 'ContentLost';
}

/** Checked parts of a request's path, none empty, `.` or `..`; none at all for the root. */
export type PathParts = readonly string[];

/** What of a file is wanted, beside its name. */
export interface Wanted {
  /** One of those that are kept; left out for the current one. */
  readonly version?: number | undefined;
  /**
   * Milliseconds: what is answered was true at a moment that lies less long ago than this. 0: at a
   * moment after the call, which makes the read linearizable. Left out: as the source promises.
   */
  readonly maxAgeMs?: number | undefined;
}

export interface FileSource {
  /** Rejects with `SourceUnavailable` alone. */
  find(parts: PathParts, wanted?: Wanted): Promise<Found>;
  close(): Promise<void>;
}

export type Found =
  | { readonly kind: 'file'; readonly file: ServedFile }
  | { readonly kind: 'folder'; readonly folder: ServedFolder }
  /** Also what may not be served: links that lead out, special files, what cannot be read. */
  | { readonly kind: 'absent' };

export interface ServedFile {
  /** Bytes. */
  readonly size: number;
  /** A strong entity tag with its quotes: the same for the same bytes, wherever they are served. */
  readonly etag: string;
  /** Milliseconds since 1970; undefined when nobody knows. */
  readonly modifiedMs: number | undefined;
  /** Of a file of a cluster. */
  readonly version?: number;
  /** A version that was asked for by its number: this address never leads to other bytes. */
  readonly isImmutable?: true;
  /**
   * The bytes from `start` up to, but without, `end`, in order, in pieces of any size. Rejects
   * with `ContentLost` or `SourceUnavailable`. Ending the iteration early frees what it holds.
   */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  /** To be called once the file is needed no longer. */
  release(): void;
}

export interface ServedFolder {
  /** In order of names. */
  list(): Promise<readonly FolderEntry[]>;
}

export interface FolderEntry {
  readonly name: string;
  readonly type: 'file' | 'folder';
  /** Bytes; undefined for folders, and where only reading would tell. */
  readonly size: number | undefined;
  readonly modifiedMs: number | undefined;
}
