/** A cluster in memory that forgets nothing: files with all their versions, and the blocks. */
import { must } from '../../src/base/assert.js';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import type { FileState } from '../../src/sync/plan.js';
import { blocksOf } from './file-model.js';

export class MemoryCluster {
  readonly #histories = new Map<string, FileState[]>();
  readonly #blocks = new Map<BlockHash, string>();

  readMap(): ReadonlyMap<string, FileState> {
    const current = [...this.#histories].map(([name, states]): [string, FileState] => [
      name,
      must(states.at(-1), 'a file has a version'),
    ]);
    return new Map(current);
  }

  /** The rule of `updatefile`: the next version takes effect, any other is refused. */
  update(name: string, state: FileState): boolean {
    const states = this.#histories.get(name) ?? [];
    if (state.version !== states.length + 1) return false;
    if (state.kind === 'file') state.blocks.forEach((hash) => this.#block(hash));
    this.#histories.set(name, [...states, state]);
    return true;
  }

  put(content: string): readonly BlockHash[] {
    const hashes = blocksOf(content);
    for (const hash of hashes) this.#blocks.set(hash, content);
    return hashes;
  }

  read(hashes: readonly BlockHash[]): string {
    return hashes.map((hash) => this.#block(hash)).join('');
  }

  /** Whether any version of the file had this content. */
  everHad(name: string, content: string): boolean {
    return this.#contentsOf(name).includes(content);
  }

  /** Every content that any version of any file had. */
  contents(): readonly string[] {
    return [...this.#histories.keys()].flatMap((name) => this.#contentsOf(name));
  }

  #contentsOf(name: string): readonly string[] {
    const states = this.#histories.get(name) ?? [];
    return states.flatMap((state) => (state.kind === 'file' ? [this.read(state.blocks)] : []));
  }

  #block(hash: BlockHash): string {
    return must(this.#blocks.get(hash), 'blocks are stored before the file that names them');
  }
}
