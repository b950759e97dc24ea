/**
 * Knows what must not be lost and looks on: every copy of every block, every version of every file,
 * and what was promised about them. The first promise that is broken ends the run.
 */
import { must } from '../../../src/base/assert.js';
import { hashOf, type BlockHash } from '../../../src/blocks/block-hash.js';
import type { FileState } from '../../../src/sync/plan.js';

class PromiseBroken extends Error {
  override readonly name = 'PromiseBroken';
}

interface Copy {
  readonly isGood: boolean;
  /** Of the last change; the same number means the same copy. */
  readonly change: number;
}

type ByAddress = Map<string, Copy>;

export class Judge {
  /** Current versions; deletions included. */
  readonly files = new Map<string, FileState>();
  /** What any version of any file ever was. */
  readonly synced = new Set<string>();
  /** What people wrote; all that a version may be where `isTextChecked`. */
  readonly texts = new Set<string>();
  /** A clock that stands still for long hides changes from a sync: then versions may be mixed. */
  isTextChecked = false;
  versions = 0;
  collected = 0;
  readonly #bytes = new Map<BlockHash, Uint8Array>();
  readonly #copies = new Map<BlockHash, ByAddress>();
  /** How many current versions name a block. */
  readonly #named = new Map<BlockHash, number>();
  /** `address hash` of copies that were hurt, or collected, and not written since. */
  readonly #excused = new Set<string>();
  /** Copies of the block that were hurt or removed so far. */
  readonly #harms = new Map<BlockHash, number>();
  #changes = 0;
  #broken: PromiseBroken | undefined;

  /** The first promise that was found to be broken. */
  get broken(): PromiseBroken | undefined {
    return this.#broken;
  }

  /** Nothing is thrown: the failure must not look like one of the world, and be made up for. */
  fail(what: string): void {
    this.#broken ??= new PromiseBroken(what);
  }

  // Blocks.

  written(address: string, hash: BlockHash, bytes: Uint8Array): void {
    if (hashOf(bytes) !== hash) this.fail(`${address} was given wrong bytes for ${hash}`);
    this.#bytes.set(hash, bytes);
    this.#set(address, hash, true);
    this.#excused.delete(`${address} ${hash}`);
  }

  hurt(address: string, hash: BlockHash, isLost: boolean): void {
    this.#excused.add(`${address} ${hash}`);
    if (isLost) this.#copies.get(hash)?.delete(address);
    else this.#set(address, hash, false);
    this.#harms.set(hash, this.#harmsTo(hash) + 1);
  }

  /** `minAgeMs` 0: it was found to be surplus; otherwise no file was thought to name it. */
  removed(address: string, hash: BlockHash, minAgeMs: number): void {
    this.#copies.get(hash)?.delete(address);
    this.#excused.add(`${address} ${hash}`);
    this.#harms.set(hash, this.#harmsTo(hash) + 1);
    const isNamed = this.#named.has(hash);
    if (minAgeMs > 0) this.collected += 1;
    if (isNamed && minAgeMs > 0) this.fail(`${address} collected ${hash}, which a file names`);
    if (isNamed && this.goodCopies(hash).length === 0) {
      this.fail(`the last good copy of ${hash} was taken from ${address}`);
    }
  }

  /** A put begins; to be told when it was answered true. */
  watchPut(hash: BlockHash, majority: number): () => void {
    const before = this.#harmsTo(hash);
    return () => {
      const good = this.goodCopies(hash).length;
      if (good + this.#harmsTo(hash) - before >= majority) return;
      this.fail(`${hash} was acknowledged with ${good} good copies of ${majority}`);
    };
  }

  goodCopies(hash: BlockHash): readonly string[] {
    return [...this.copiesOf(hash)].filter(([, { isGood }]) => isGood).map(([at]) => at);
  }

  copiesOf(hash: BlockHash): ReadonlyMap<string, Copy> {
    return this.#copies.get(hash) ?? new Map<string, Copy>();
  }

  /** Undefined when nothing of it was ever stored. */
  bytesOf(hash: BlockHash): Uint8Array | undefined {
    return this.#bytes.get(hash);
  }

  blocks(): readonly BlockHash[] {
    return [...this.#copies.keys()];
  }

  namedBlocks(): readonly BlockHash[] {
    return [...this.#named.keys()];
  }

  /** A copy is not where it belongs, and nothing was done to it that the stores cannot know. */
  isMissed(address: string, hash: BlockHash): boolean {
    const isThere = this.copiesOf(hash).has(address);
    return !isThere && !this.#excused.has(`${address} ${hash}`);
  }

  // Files.

  /** Takes the next version of a file; false when it is not the next one. */
  update(name: string, state: FileState): boolean {
    const before = this.files.get(name);
    if (state.version !== (before?.version ?? 0) + 1) return false;
    if (before !== undefined && sameContent(before, state)) {
      this.fail(`${name} was given the same content again as version ${state.version}`);
    }
    for (const hash of blocksOf(before)) this.#name(hash, -1);
    this.files.set(name, state);
    this.versions += 1;
    for (const hash of blocksOf(state)) this.#name(hash, 1);
    for (const hash of blocksOf(state)) {
      if (this.goodCopies(hash).length > 0) continue;
      this.fail(
        `version ${state.version} of ${name} names ${hash}, of which there is no good copy`,
      );
    }
    if (state.kind === 'deleted') return true;
    const text = this.textOf(state);
    this.synced.add(text);
    if (this.isTextChecked && !this.texts.has(text)) {
      this.fail(`version ${state.version} of ${name} is what nobody wrote: ${text}`);
    }
    return true;
  }

  textOf(state: FileState): string {
    const parts = blocksOf(state).map((hash) => must(this.#bytes.get(hash), 'it was stored'));
    return Buffer.concat(parts).toString();
  }

  #harmsTo(hash: BlockHash): number {
    return this.#harms.get(hash) ?? 0;
  }

  #name(hash: BlockHash, by: number): void {
    const count = (this.#named.get(hash) ?? 0) + by;
    if (count === 0) this.#named.delete(hash);
    else this.#named.set(hash, count);
  }

  #set(address: string, hash: BlockHash, isGood: boolean): void {
    this.#changes += 1;
    const copies: ByAddress = this.#copies.get(hash) ?? new Map<string, Copy>();
    const old = copies.get(address);
    const isSame = old?.isGood === true && isGood;
    copies.set(address, isSame ? old : { isGood, change: this.#changes });
    this.#copies.set(hash, copies);
  }
}

function blocksOf(state: FileState | undefined): readonly BlockHash[] {
  return state?.kind === 'file' ? state.blocks : [];
}

function sameContent(before: FileState, after: FileState): boolean {
  if (before.kind !== after.kind) return false;
  return blocksOf(before).join() === blocksOf(after).join();
}
