/** One file in its three states, with content: what carrying out a plan does to it. */
import { unreachable } from '../../src/base/assert.js';
import { hashOf, type BlockHash } from '../../src/blocks/block-hash.js';
import type { Action, FileState, LocalState } from '../../src/sync/plan.js';

const encoder = new TextEncoder();

/** One block for any content but the empty one. */
export function blocksOf(content: string): readonly BlockHash[] {
  return content === '' ? [] : [hashOf(encoder.encode(content))];
}

interface Start {
  readonly index: FileState | undefined;
  readonly cluster: FileState | undefined;
  readonly content: string | undefined;
  /** All that may occur; blocks are turned back into one of them. */
  readonly contents: readonly string[];
}

export class FileModel {
  index: FileState | undefined;
  cluster: FileState | undefined;
  content: string | undefined;
  readonly copies: string[] = [];
  readonly #contents: ReadonlyMap<string, string>;

  constructor({ index, cluster, content, contents }: Start) {
    this.index = index;
    this.cluster = cluster;
    this.content = content;
    this.#contents = new Map(contents.map((each) => [blocksOf(each).join(), each]));
  }

  states(): { index?: FileState; local?: LocalState; cluster?: FileState } {
    const { index, cluster, content } = this;
    const isUnchanged =
      content !== undefined &&
      index?.kind === 'file' &&
      index.blocks.join() === blocksOf(content).join();
    return {
      ...(index === undefined ? {} : { index }),
      ...(content === undefined ? {} : { local: isUnchanged ? 'unchanged' : 'changed' }),
      ...(cluster === undefined ? {} : { cluster }),
    };
  }

  carryOut(action: Action): void {
    switch (action.kind) {
      case 'upload':
        if (this.content === undefined) throw new Error('nothing to upload');
        this.#update({
          kind: 'file',
          version: action.version,
          blocks: blocksOf(this.content),
        });
        return;
      case 'delete-remote':
        this.#update({ kind: 'deleted', version: action.version });
        return;
      case 'conflict':
        this.#keep(action.to);
        this.#become(action.to);
        return;
      case 'download':
      case 'delete':
        this.#become(action.to);
        return;
      case 'note':
        this.index = action.to;
        return;
      default:
        unreachable(action);
    }
  }

  #update(state: FileState): void {
    if (state.version !== (this.cluster?.version ?? 0) + 1) throw new Error('refused');
    this.cluster = state;
    this.index = state;
  }

  #keep(to: FileState): void {
    if (this.content === undefined) throw new Error('nothing to keep');
    if (to.kind === 'file' && to.blocks.join() === blocksOf(this.content).join()) return;
    this.copies.push(this.content);
  }

  #become(to: FileState): void {
    this.content = to.kind === 'deleted' ? undefined : this.#contents.get(to.blocks.join());
    this.index = to;
  }
}
