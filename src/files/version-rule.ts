/**
 * The rule of `updatefile` (contract, section 4), as one pure function of a command and what is
 * known so far. It is asked twice for each command: before it is logged and when it is applied.
 * To forget versions takes effect always: what it names may be gone by the time it is applied.
 */
import type { FileCommand, HashItem, UpdateFile } from './file-command.js';

/** The arguments that a request id stands for. */
export interface RequestArguments {
  readonly name: string;
  readonly version: number | bigint;
  readonly hashlist: readonly HashItem[];
}

/** The state that a command is judged against: what is applied, or that and the tail. */
export interface FilesView {
  /** Current version of a file, 0 when it was never seen. */
  versionOf(name: string): number;
  /** Arguments of the remembered update with this request id, if there is one. */
  requestOf(requestId: string): RequestArguments | undefined;
}

export type Verdict =
  | 'takesEffect'
  /** A retry of an update that took effect: changes nothing, and the answer is `updated`. */
  | 'repeats'
  | 'versionConflict'
  | 'requestIdReused';

export function judge(command: FileCommand, view: FilesView): Verdict {
  return command.type === 'updatefile' ? judgeUpdate(command, view) : 'takesEffect';
}

/** The request id goes first: a retry's version is in conflict with its own first attempt. */
function judgeUpdate(command: UpdateFile, view: FilesView): Verdict {
  if (command.requestId !== undefined) {
    const earlier = view.requestOf(command.requestId);
    if (earlier !== undefined) {
      return sameArguments(command, earlier) ? 'repeats' : 'requestIdReused';
    }
  }
  return command.version === view.versionOf(command.name) + 1 ? 'takesEffect' : 'versionConflict';
}

/** Exactly the same, the types of the hash items included. */
function sameArguments(a: RequestArguments, b: RequestArguments): boolean {
  return (
    a.name === b.name &&
    a.version === b.version &&
    a.hashlist.length === b.hashlist.length &&
    a.hashlist.every((item, at) => item === b.hashlist[at])
  );
}
