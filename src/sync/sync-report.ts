/** What a sync did, or would do, in the words of its users. */
import { compareNames } from './compare-names.js';
import type { Action } from './plan.js';
import type { NamedReason } from './scan.js';
import type { FileOutcome, Transfers } from './work.js';

export interface KeptCopy {
  readonly name: string;
  /** The name of the conflict copy. */
  readonly copy: string;
}

/** Under `dryRun` the lists are the plan. All lists are in the order of the names. */
export interface SyncReport {
  /** Everything that was to be done was done. */
  readonly ok: boolean;
  readonly uploaded: readonly string[];
  readonly downloaded: readonly string[];
  readonly deletedLocal: readonly string[];
  readonly deletedRemote: readonly string[];
  readonly conflicts: readonly KeptCopy[];
  readonly skipped: readonly NamedReason[];
  readonly failed: readonly NamedReason[];
  readonly blocksSent: number;
  readonly blocksReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly seconds: number;
  readonly dryRun: boolean;
  /** Why the sync as a whole could not be done, or not to its end; for people. */
  readonly problem: string | undefined;
}

export class ReportBuilder {
  readonly transfers: Transfers = {
    blocksSent: 0,
    blocksReceived: 0,
    bytesSent: 0,
    bytesReceived: 0,
  };
  readonly #uploaded: string[] = [];
  readonly #downloaded: string[] = [];
  readonly #deletedLocal: string[] = [];
  readonly #deletedRemote: string[] = [];
  readonly #conflicts: KeptCopy[] = [];
  readonly #skipped = new Map<string, string>();
  readonly #failed = new Map<string, string>();

  skip(name: string, reason: string): void {
    if (!this.#failed.has(name)) this.#skipped.set(name, reason);
  }

  fail(name: string, reason: string): void {
    this.#skipped.delete(name);
    this.#failed.set(name, reason);
  }

  /** Takes note of what became of an action, or is to become of it. */
  add(action: Action, outcome: FileOutcome): void {
    const { name } = action;
    if (outcome.kind === 'skipped') this.skip(name, outcome.reason);
    if (outcome.kind !== 'done' || !outcome.isChange) return;
    switch (action.kind) {
      case 'upload':
        this.#uploaded.push(name);
        break;
      case 'download':
        this.#downloaded.push(name);
        break;
      case 'delete':
        this.#deletedLocal.push(name);
        break;
      case 'delete-remote':
        this.#deletedRemote.push(name);
        break;
      case 'conflict':
        if (outcome.copy !== undefined) this.#conflicts.push({ name, copy: outcome.copy });
        break;
      case 'note':
        break;
    }
  }

  finish(seconds: number, dryRun: boolean, problem: string | undefined): SyncReport {
    return {
      ok: problem === undefined && this.#failed.size === 0,
      uploaded: this.#uploaded.sort(compareNames),
      downloaded: this.#downloaded.sort(compareNames),
      deletedLocal: this.#deletedLocal.sort(compareNames),
      deletedRemote: this.#deletedRemote.sort(compareNames),
      conflicts: this.#conflicts.sort(byName),
      skipped: reasonsIn(this.#skipped),
      failed: reasonsIn(this.#failed),
      ...this.transfers,
      seconds,
      dryRun,
      problem,
    };
  }
}

function reasonsIn(reasons: ReadonlyMap<string, string>): readonly NamedReason[] {
  return [...reasons].map(([name, reason]) => ({ name, reason })).sort(byName);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareNames(a.name, b.name);
}
