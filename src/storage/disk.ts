/**
 * The small piece of a file system that storage needs: one flat folder of append-only or
 * replaced-whole files. `src/io` implements it with real files; the tests implement it with files
 * that tear, lie and fill up.
 *
 * Every operation rejects with `StorageError` when the operating system refuses. Unless said
 * otherwise a completed operation is *not* durable: after a power failure any part of it may be
 * missing until `sync` (contents) or `syncFolder` (names) has completed. What a `sync` that failed
 * should have written may be readable for a while and durable never.
 */
export interface Disk extends DiskReader {
  /** Creates (or empties) a file and opens it for appending. */
  create(name: string): Promise<DiskFile>;
  /** Opens an existing file for appending after its first `size` bytes; what follows is cut off. */
  openAt(name: string, size: number): Promise<DiskFile>;
  /** Gives `from` the name `to`, replacing a file of that name atomically. */
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Makes creations, renames and removals durable. */
  syncFolder(): Promise<void>;
}

/** The part of a disk that changes nothing. */
export interface DiskReader {
  /** Names of the files in the folder, sorted. */
  list(): Promise<readonly string[]>;
  /** Whole contents; undefined when there is no such file. */
  read(name: string): Promise<Uint8Array | undefined>;
  /**
   * The bytes from `offset` on, `bytesMax` of them unless the file ends before; undefined when
   * there is no such file.
   */
  readRange(name: string, offset: number, bytesMax: number): Promise<Uint8Array | undefined>;
  /** Bytes of a file; undefined when there is no such file. */
  size(name: string): Promise<number | undefined>;
}

export interface DiskFile {
  /** Appends all of the chunks, in order. A failed append may have written any prefix. */
  append(chunks: readonly Uint8Array[]): Promise<void>;
  /**
   * Appends the bytes and has them on disk when it resolves: what `append` and `sync` do, in one
   * call of the operating system, but says nothing of what was appended before. The bytes must not
   * change before it resolves.
   */
  appendDurably(bytes: Uint8Array): Promise<void>;
  /**
   * Writes `bytes` zeros from the offset `from` on, durably, for appends to overwrite: such an
   * append is the cheaper one, for it does not change how long the file is. It moves no append, and
   * may run beside one; it is for the caller to see that the two never meet. A disk that cannot
   * gain by it does nothing. When it is refused, any part of the zeros may be there; no error of
   * anything else is told here.
   */
  fill(from: number, bytes: number): Promise<void>;
  /** Cuts off the zeros that nothing was appended over. */
  cutFill(): Promise<void>;
  /** Makes everything appended so far durable, and where the file ends. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
