/**
 * The replicated map of files: name → version and hash list, tombstones included, older versions,
 * and the request ids that make a retry take effect once. Pure and deterministic: its state follows
 * from the payloads that were applied, in their order, alone.
 *
 * Nothing here takes longer with more files, but `entries` for the caller who reads them all.
 * `freeze` copies the list of their slabs: microseconds for a million.
 */
import { assert, must, unreachable } from '../base/assert.js';
import { historyBytesMax, requestIdsKept, versionsKeptMax } from '../base/limits.js';
import { isAscii } from '../base/utf8.js';
import type {
  Admission,
  StateMachine,
  StateRestore,
  StateSnapshot,
} from '../base/state-machine.js';
import { CommandScan } from './command-scan.js';
import {
  decodeFileCommand,
  encodeFileCommand,
  FileCommandFormatError,
  isUpdate,
  viewFileCommand,
  type FileCommandView,
} from './file-command-codec.js';
import type { FileCommand, FileInfo, UpdateResult } from './file-command.js';
import { FileMapRestore, type ImageBounds } from './file-map-restore.js';
import { FileMapSnapshot } from './file-map-snapshot.js';
import { FileTable } from './file-table.js';
import { FileTail } from './file-tail.js';
import type { FileVersions, VersionsPlace } from './file-versions.js';
import type { FrozenFiles, LongFile } from './frozen-files.js';
import { RequestIds } from './request-ids.js';
import { judge } from './version-rule.js';
import type { FilesView, RequestArguments, Verdict } from './version-rule.js';
import type { VersionsPage, VersionsPageLimits } from './versions-page.js';

/** What is kept at most. Part of the state: it must be the same on all servers. */
export type FileMapBounds = ImageBounds;

const defaultBounds: FileMapBounds = { requestIdsKept, historyBytesMax, versionsKeptMax };

export class FileMap implements StateMachine<FileCommand, UpdateResult>, FilesView {
  readonly #bounds: FileMapBounds;
  #files: FileTable;
  #requestIds: RequestIds;
  #tail: FileTail | undefined;
  readonly #scan = new CommandScan();

  /** Bounds that are left out are those of base/limits.ts. */
  constructor(bounds: Partial<FileMapBounds> = {}) {
    this.#bounds = { ...defaultBounds, ...bounds };
    this.#files = new FileTable(this.#bounds);
    this.#requestIds = new RequestIds(this.#bounds.requestIdsKept);
  }

  /** Files that were ever seen, deleted ones included. */
  get size(): number {
    return this.#files.size;
  }

  /**
   * The oldest format of commands and images that the applied state can be told in: 0 while there
   * is no file, 1 without times, 2 with them (docs/storage-format.md).
   */
  get format(): 0 | 1 | 2 {
    if (this.#files.hasTimes) return 2;
    return this.size === 0 ? 0 : 1;
  }

  /** The applied state of a file; undefined if it was never seen. */
  get(name: string): FileInfo | undefined {
    return this.#files.get(name);
  }

  /** The same of a file that takes more than `bytesMax` in memory, to be read at leisure. */
  viewLong(name: string, bytesMax: number): LongFile | undefined {
    return this.#files.viewLong(name, bytesMax);
  }

  /**
   * All files, in the order in which their names were first seen. The map must not change while
   * they are read.
   */
  entries(): IterableIterator<[string, FileInfo]> {
    return this.#files.entries();
  }

  /** All files as they are now, to be read at leisure; the same view until one of them changes. */
  freeze(): FrozenFiles {
    return this.#files.freeze();
  }

  /**
   * The numbers, in a frozen view of the files as they are now, of the first `limit` files at most
   * whose names come behind `afterName`, which may be empty; in the order of code points.
   */
  numbersAfter(afterName: string, limit: number): Uint32Array {
    return this.#files.numbersAfter(afterName, limit);
  }

  /** All versions of a file as they are now, from the current one on; undefined for a new name. */
  viewVersions(name: string): FileVersions | undefined {
    return this.#files.viewVersions(name);
  }

  /** The next versions behind a place, of all files, as many as the limits allow. */
  versionsAfter(place: VersionsPlace, limits: VersionsPageLimits): VersionsPage {
    return this.#files.versionsAfter(place, limits);
  }

  /** Why these bytes are no command, or undefined when they are one. */
  findMistake(payload: Uint8Array): string | undefined {
    try {
      if (isUpdate(payload)) {
        // Texts are all that a scan does not look at, and ASCII is UTF-8. None stands before the
        // name; the time does, which has bytes beyond ASCII.
        const { nameStart } = this.#scan.read(payload);
        if (isAscii(payload, nameStart)) return undefined;
      }
      decodeFileCommand(payload);
      return undefined;
    } catch (error) {
      if (!(error instanceof FileCommandFormatError)) throw error;
      return error.message;
    }
  }

  versionOf(name: string): number {
    return this.#files.versionOf(name);
  }

  requestOf(requestId: string): RequestArguments | undefined {
    return this.#requestIds.find(requestId, this.#requestIds.issued);
  }

  encode(command: FileCommand): Uint8Array {
    return encodeFileCommand(command);
  }

  decode(payload: Uint8Array): FileCommand {
    return decodeFileCommand(payload);
  }

  /** Shows the command in a payload that `encode` made, without making its hash list. */
  view(payload: Uint8Array): FileCommandView {
    return viewFileCommand(payload);
  }

  apply(payload: Uint8Array): UpdateResult {
    const verdict = this.#applyScanned(payload) ?? this.#applyDecoded(payload);
    if (this.#tail !== undefined && this.#tail.size > 0) this.#tail.shift(payload, verdict);
    return resultOf(verdict);
  }

  openTail(payloads: Iterable<Uint8Array>): void {
    const tail = new FileTail(this, this.#requestIds);
    for (const payload of payloads) {
      const command = decodeFileCommand(payload);
      tail.push(command, judge(command, tail), payload);
    }
    this.#tail = tail;
  }

  admit(command: FileCommand): Admission<UpdateResult> {
    const tail = must(this.#tail, 'commands are admitted while a tail is open');
    const verdict = judge(command, tail);
    if (verdict !== 'takesEffect') return { kind: 'answer', result: resultOf(verdict) };
    const payload = encodeFileCommand(command);
    tail.push(command, verdict, payload);
    return { kind: 'log', payload };
  }

  closeTail(): void {
    this.#tail = undefined;
  }

  snapshot(): StateSnapshot {
    return new FileMapSnapshot(this.#files, this.#requestIds);
  }

  restore(): StateRestore {
    return new FileMapRestore(this.#bounds, (files, requestIds) => {
      assert(this.#tail === undefined, 'a leader, whose tail is open, restores nothing');
      this.#files = files;
      this.#requestIds = requestIds;
    });
  }

  /** `judge` and `#takeEffect` for an update without a request id; undefined for all others. */
  #applyScanned(payload: Uint8Array): Verdict | undefined {
    if (!isUpdate(payload)) return undefined;
    const scan = this.#scan.read(payload);
    if (scan.hasRequestId) return undefined;
    return this.#files.apply(scan) ? 'takesEffect' : 'versionConflict';
  }

  #applyDecoded(payload: Uint8Array): Verdict {
    const command = decodeFileCommand(payload);
    const verdict = judge(command, this);
    if (verdict === 'takesEffect') this.#takeEffect(command);
    return verdict;
  }

  #takeEffect(command: FileCommand): void {
    if (command.type === 'forgetversions') {
      for (const version of command.versions) this.#files.forget(version);
      return;
    }
    const { name, hashlist, requestId, timeMs } = command;
    const info = { version: Number(command.version), hashlist, timeMs };
    this.#files.set(name, info);
    if (requestId !== undefined) this.#requestIds.remember(requestId, name, info);
  }
}

function resultOf(verdict: Verdict): UpdateResult {
  switch (verdict) {
    case 'takesEffect':
    case 'repeats':
      return 'updated';
    case 'versionConflict':
    case 'requestIdReused':
      return verdict;
    default:
      return unreachable(verdict);
  }
}
