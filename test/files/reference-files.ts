/**
 * The rule of `updatefile` once more, as plainly as it can be said: every question is answered by
 * going through the whole history. The tests hold `FileMap` to it.
 */
import type { FileCommand, FileInfo, UpdateResult } from '../../src/files/file-command.js';

export class ReferenceFiles {
  readonly #requestIdsKept: number;
  /** The commands that took effect, in order. */
  readonly #effects: FileCommand[] = [];

  constructor(requestIdsKept: number, history: readonly FileCommand[]) {
    this.#requestIdsKept = requestIdsKept;
    for (const command of history) {
      if (this.wouldTakeEffect(command)) this.#effects.push(command);
    }
  }

  versionOf(name: string): number {
    return this.#effects.filter((command) => command.name === name).length;
  }

  resultOf(command: FileCommand): UpdateResult {
    const earlier = this.#remembered(command.requestId);
    if (earlier !== undefined) {
      return argumentsOf(earlier) === argumentsOf(command) ? 'updated' : 'requestIdReused';
    }
    return command.version === this.versionOf(command.name) + 1 ? 'updated' : 'versionConflict';
  }

  wouldTakeEffect(command: FileCommand): boolean {
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

  #remembered(requestId: string | undefined): FileCommand | undefined {
    if (requestId === undefined) return undefined;
    const withId = this.#effects.filter((command) => command.requestId !== undefined);
    const kept = withId.slice(-this.#requestIdsKept);
    return kept.find((command) => command.requestId === requestId);
  }
}

function argumentsOf({ name, version, hashlist }: FileCommand): string {
  const typed = [name, version, ...hashlist].map((item) => [typeof item, String(item)]);
  return JSON.stringify(typed);
}
