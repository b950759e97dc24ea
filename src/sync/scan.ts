/**
 * Looks at the folder: which files are there, and which of them still are what the index says. A
 * file is opened only if what is remembered of it does not answer that.
 */
import { unreachable } from '../base/assert.js';
import { FolderError, type FileFacts, type OpenFile, type SyncFolder } from './folder.js';
import { matchBlocks, wholeHash } from './match-blocks.js';
import { skippedLocalName } from './names.js';
import type { FileState, LocalState } from './plan.js';
import { contentOf, isStill, type SeenFile, type SeenFiles } from './seen-files.js';

/** A file that is left alone, and why; for people. */
export interface NamedReason {
  readonly name: string;
  readonly reason: string;
}

export interface ScanInput {
  readonly folder: SyncFolder;
  readonly index: ReadonlyMap<string, FileState>;
  readonly seen: SeenFiles;
  /** Files of an index that nothing is remembered of were probably cut into such blocks. */
  readonly blockBytes: number;
  readonly nowMs: () => number;
}

export interface Scan {
  readonly local: ReadonlyMap<string, LocalState>;
  /** Of the files in `local`: what must still hold right before one of them is replaced. */
  readonly facts: ReadonlyMap<string, FileFacts>;
  /** What is remembered from now on; files that are gone are not. */
  readonly seen: ReadonlyMap<string, SeenFile>;
  /** What was looked at again and found to be the same: `seen` is worth writing. */
  readonly isNews: boolean;
  readonly skipped: readonly NamedReason[];
  readonly failed: readonly NamedReason[];
  /** Nothing is known of these names, nor of those below them. */
  readonly hidden: ReadonlyMap<string, string>;
}

export async function scanFolder(input: ScanInput): Promise<Scan> {
  const scanner = new Scanner(input);
  for (const entry of await input.folder.list()) {
    const skipped = skippedLocalName(entry.name);
    switch (entry.kind) {
      case 'misnamed':
        scanner.skipped.push({ name: entry.name, reason: entry.reason });
        break;
      case 'hidden':
        scanner.hidden.set(entry.name, entry.reason);
        if (skipped?.isSilent !== true) {
          scanner.skipped.push({ name: entry.name, reason: entry.reason });
        }
        break;
      case 'unreadable':
        scanner.hidden.set(entry.name, entry.reason);
        scanner.failed.push({ name: entry.name, reason: entry.reason });
        break;
      case 'file':
        if (skipped === undefined) await scanner.judge(entry.name, entry.facts);
        else if (!skipped.isSilent) {
          scanner.skipped.push({ name: entry.name, reason: skipped.reason });
        }
        break;
      default:
        unreachable(entry);
    }
  }
  return scanner;
}

class Scanner implements Scan {
  readonly local = new Map<string, LocalState>();
  readonly facts = new Map<string, FileFacts>();
  readonly seen = new Map<string, SeenFile>();
  readonly skipped: NamedReason[] = [];
  readonly failed: NamedReason[] = [];
  readonly hidden = new Map<string, string>();
  isNews = false;
  readonly #input: ScanInput;

  constructor(input: ScanInput) {
    this.#input = input;
  }

  async judge(name: string, facts: FileFacts): Promise<void> {
    let state: LocalState;
    try {
      state = (await this.#isUnchanged(name, facts)) ? 'unchanged' : 'changed';
    } catch (error) {
      if (!(error instanceof FolderError)) throw error;
      this.failed.push({ name, reason: error.message });
      this.hidden.set(name, error.message);
      return;
    }
    this.local.set(name, state);
    this.facts.set(name, facts);
  }

  async #isUnchanged(name: string, facts: FileFacts): Promise<boolean> {
    const known = this.#input.index.get(name);
    if (known?.kind !== 'file') return false;
    const content = contentOf(known);
    const remembered = this.#input.seen.get(name);
    const seen = remembered?.content === content ? remembered : undefined;
    if (seen !== undefined && isStill(seen, facts)) {
      this.seen.set(name, seen);
      return true;
    }
    // Should the change be undone, it is recognised by its hash.
    if (seen !== undefined) this.seen.set(name, seen);
    if (seen !== undefined && seen.sizeBytes !== facts.sizeBytes) return false;
    const seenAtMs = this.#input.nowMs();
    const sha256 = await this.#hashIfSame(name, facts, (file) =>
      seen === undefined
        ? matchBlocks(file, known.blocks, { likely: [this.#input.blockBytes], search: true })
        : wholeHash(file),
    );
    if (sha256 === undefined || (seen !== undefined && sha256 !== seen.sha256)) return false;
    const { stamp, sizeBytes } = facts;
    this.seen.set(name, { stamp, sizeBytes, seenAtMs, sha256, content });
    this.isNews = true;
    return true;
  }

  /** Undefined also when it is another file by now: its bytes say nothing of the one listed. */
  async #hashIfSame(
    name: string,
    facts: FileFacts,
    hash: (file: OpenFile) => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const file = await this.#input.folder.open(name);
    if (file === undefined) return undefined;
    try {
      return file.facts.stamp === facts.stamp ? await hash(file) : undefined;
    } finally {
      await file.close();
    }
  }
}
