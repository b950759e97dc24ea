/**
 * The rules of the file map once more, as plainly as they can be said: every question is answered
 * by going through the whole history. The tests hold `FileMap` to it.
 */
import { ByteWriter } from '../../src/base/byte-writer.js';
import type {
  FileCommand,
  FileInfo,
  ForgetVersions,
  TimedFileInfo,
  UpdateFile,
  UpdateResult,
} from '../../src/files/file-command.js';
import type { FileMapBounds } from '../../src/files/file-map.js';
import { writeFileRecord } from '../../src/files/file-record.js';

/** What a version is charged beside its record. */
const versionCostBytes = 40;
const droppedAtOnceMax = 1_000;

/** An older version, and what it is charged. */
interface Older {
  readonly command: UpdateFile;
  readonly bytes: number;
}

export class ReferenceFiles {
  readonly #bounds: FileMapBounds;
  /** The updates that took effect, in order. */
  readonly #effects: UpdateFile[] = [];
  /** Older versions, in the order in which others took their place. */
  #older: Older[] = [];

  constructor(bounds: FileMapBounds, history: readonly FileCommand[]) {
    this.#bounds = bounds;
    for (const command of history) {
      if (command.type === 'forgetversions') this.#forget(command);
      else if (this.wouldTakeEffect(command)) this.#update(command);
    }
  }

  versionOf(name: string): number {
    return this.#effects.filter((command) => command.name === name).length;
  }

  resultOf(command: FileCommand): UpdateResult {
    if (command.type === 'forgetversions') return 'updated';
    const earlier = this.#remembered(command.requestId);
    if (earlier !== undefined) {
      return argumentsOf(earlier) === argumentsOf(command) ? 'updated' : 'requestIdReused';
    }
    return command.version === this.versionOf(command.name) + 1 ? 'updated' : 'versionConflict';
  }

  wouldTakeEffect(command: FileCommand): boolean {
    if (command.type === 'forgetversions') return true;
    const repeats = this.#remembered(command.requestId) !== undefined;
    return !repeats && this.resultOf(command) === 'updated';
  }

  files(): Map<string, FileInfo> {
    const files = new Map<string, FileInfo>();
    for (const { name, version, hashlist } of this.#effects) {
      files.set(name, { version: Number(version), hashlist });
    }
    return files;
  }

  /** The versions of a file that are kept, the newest first. */
  versionsOf(name: string): readonly TimedFileInfo[] {
    const current = this.#effects.findLast((command) => command.name === name);
    if (current === undefined) return [];
    const older = this.#older.map(({ command }) => command).filter((each) => each.name === name);
    return [current, ...older.reverse()].map(infoOf);
  }

  #update(command: UpdateFile): void {
    const before = this.#effects.findLast(({ name }) => name === command.name);
    if (before !== undefined) this.#keep(before, command.timeMs !== 0);
    this.#effects.push(command);
  }

  #keep(superseded: UpdateFile, isTimed: boolean): void {
    const { historyBytesMax, versionsKeptMax } = this.#bounds;
    const tooOld = Number(superseded.version) - versionsKeptMax;
    this.#older = this.#older.filter(
      ({ command }) => command.name !== superseded.name || command.version !== tooOld,
    );
    if (!isTimed) return;
    const kept = { command: superseded, bytes: costOf(superseded) };
    let bytes = this.#older.reduce((sum, older) => sum + older.bytes, kept.bytes);
    for (let dropped = 0; dropped < droppedAtOnceMax && bytes > historyBytesMax; dropped++) {
      bytes -= this.#older.shift()?.bytes ?? 0;
    }
    if (bytes <= 2 * historyBytesMax) this.#older.push(kept);
  }

  #forget({ versions }: ForgetVersions): void {
    this.#older = this.#older.filter(
      ({ command }) =>
        !versions.some(({ name, version }) => {
          return name === command.name && version === command.version;
        }),
    );
  }

  #remembered(requestId: string | undefined): UpdateFile | undefined {
    if (requestId === undefined) return undefined;
    const withId = this.#effects.filter((command) => command.requestId !== undefined);
    const kept = withId.slice(-this.#bounds.requestIdsKept);
    return kept.find((command) => command.requestId === requestId);
  }
}

function infoOf({ version, timeMs, hashlist }: UpdateFile): TimedFileInfo {
  return { version: Number(version), timeMs, hashlist };
}

function costOf(command: UpdateFile): number {
  const writer = new ByteWriter();
  writeFileRecord(writer.begin(), command.name, infoOf(command));
  return versionCostBytes + writer.written.length;
}

function argumentsOf({ name, version, hashlist }: UpdateFile): string {
  const typed = [name, version, ...hashlist].map((item) => [typeof item, String(item)]);
  return JSON.stringify(typed);
}
