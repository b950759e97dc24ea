/**
 * A client in memory: a folder, an index, and the least executor that follows the contract. A sync
 * rests at every point where, in the world, other clients and its own user go on, or it is killed:
 * then what it did to folder and cluster stays, and the index is the old one.
 */
import { createHash } from 'node:crypto';
import { unreachable } from '../../src/base/assert.js';
import { conflictNames, isConflictName } from '../../src/sync/conflict-name.js';
import { makePlan } from '../../src/sync/make-plan.js';
import type { Action, FileState, LocalState } from '../../src/sync/plan.js';
import { blocksOf } from './file-model.js';
import type { MemoryCluster } from './memory-cluster.js';

const roundsMax = 100;

/** What happened in the syncs of all clients: a run in which something never did proves little. */
export type Tally = Map<Action['kind'] | 'refused' | 'same-bytes' | 'looked-at-again', number>;

type Outcome = 'done' | 'again';

export class MemoryClient {
  /** Conflict copies are in it, too. */
  readonly folder = new Map<string, string>();
  index: ReadonlyMap<string, FileState> = new Map();
  readonly #cluster: MemoryCluster;
  readonly #tally: Tally;

  constructor(cluster: MemoryCluster, tally: Tally) {
    this.#cluster = cluster;
    this.#tally = tally;
  }

  copies(): readonly string[] {
    return [...this.folder].filter(([name]) => isConflictName(name)).map(([, content]) => content);
  }

  files(): ReadonlyMap<string, string> {
    return new Map([...this.folder].filter(([name]) => !isConflictName(name)));
  }

  plan(index = this.index): readonly Action[] {
    const plan = makePlan({
      index,
      local: this.#localStates(index),
      cluster: this.#cluster.readMap(),
      allowEmpty: true,
    });
    if (plan.kind !== 'plan') throw new Error(`no plan but ${JSON.stringify(plan)}`);
    return plan.actions;
  }

  *sync(): Generator<void, void> {
    const index = new Map(this.index);
    for (let round = 0; round < roundsMax; round++) {
      const seen = new Map(this.folder);
      const actions = this.plan(index);
      yield;
      let isAgain = false;
      for (const action of actions) {
        if (this.#carryOut(action, seen, index) === 'again') isAgain = true;
        yield;
      }
      if (isAgain) continue;
      this.index = index;
      return;
    }
    throw new Error(`a sync did not end in ${roundsMax} rounds`);
  }

  #localStates(index: ReadonlyMap<string, FileState>): ReadonlyMap<string, LocalState> {
    const states = new Map<string, LocalState>();
    for (const [name, content] of this.files()) {
      const known = index.get(name);
      const isUnchanged =
        known?.kind === 'file' && known.blocks.join() === blocksOf(content).join();
      states.set(name, isUnchanged ? 'unchanged' : 'changed');
    }
    return states;
  }

  #carryOut(
    action: Action,
    seen: ReadonlyMap<string, string>,
    index: Map<string, FileState>,
  ): Outcome {
    const { name } = action;
    const content = this.folder.get(name);
    if (content !== seen.get(name)) {
      this.#count('looked-at-again');
      return 'again';
    }
    this.#count(action.kind);
    switch (action.kind) {
      case 'upload': {
        if (content === undefined) throw new Error('an upload of nothing');
        const blocks = this.#cluster.put(content);
        return this.#update(name, { kind: 'file', version: action.version, blocks }, index);
      }
      case 'delete-remote':
        if (content !== undefined) throw new Error('a deletion of what is there');
        return this.#update(name, { kind: 'deleted', version: action.version }, index);
      case 'conflict':
        this.#keepCopy(name, action.to);
        break;
      case 'download':
      case 'delete':
      case 'note':
        break;
      default:
        unreachable(action);
    }
    if (action.kind !== 'note') this.#replace(name, action.to);
    index.set(name, action.to);
    return 'done';
  }

  #update(name: string, state: FileState, index: Map<string, FileState>): Outcome {
    if (!this.#cluster.update(name, state)) {
      this.#count('refused');
      return 'again';
    }
    index.set(name, state);
    return 'done';
  }

  #keepCopy(name: string, to: FileState): void {
    const content = this.folder.get(name);
    if (content === undefined) throw new Error('a conflict with nothing');
    if (to.kind === 'file' && to.blocks.join() === blocksOf(content).join()) {
      this.#count('same-bytes');
      return;
    }
    const digest = createHash('sha256').update(content).digest('hex');
    const free = conflictNames(name, digest).find((copy) => {
      const there = this.folder.get(copy);
      return there === undefined || there === content;
    });
    if (free === undefined) throw new Error('every name of a copy is taken');
    this.folder.set(free, content);
  }

  /** Whatever a sync takes away can be had again: from the cluster, or from a copy beside it. */
  #replace(name: string, to: FileState): void {
    const content = this.folder.get(name);
    if (content !== undefined) {
      const isKept = this.#cluster.everHad(name, content) || this.copies().includes(content);
      if (!isKept) throw new Error(`${content} of ${name} was lost`);
    }
    if (to.kind === 'deleted') this.folder.delete(name);
    else this.folder.set(name, this.#cluster.read(to.blocks));
  }

  #count(event: Action['kind'] | 'refused' | 'same-bytes' | 'looked-at-again'): void {
    this.#tally.set(event, (this.#tally.get(event) ?? 0) + 1);
  }
}
