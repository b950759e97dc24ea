/**
 * The request ids of the updates that took effect last, with the arguments they stand for. They
 * are forgotten in log order, by count, so all servers remember the same ones.
 */
import { assert } from '../base/assert.js';
import { ShardedMap } from '../base/sharded-map.js';
import type { FileInfo } from './file-command.js';
import type { RequestArguments } from './version-rule.js';

/** Shares the file's name and info with the map: an id costs little more than its own text. */
interface Remembered {
  /** 1, 2, 3, … in the order of the log. */
  readonly sequence: number;
  readonly name: string;
  readonly info: FileInfo;
}

export class RequestIds {
  /** How many ids are remembered; an earlier one is forgotten for each further one. */
  readonly kept: number;
  readonly #byId = new ShardedMap<Remembered>();
  /** Invariant: the id of `sequence` is at `(sequence − 1) % kept` for the last `kept` ones. */
  readonly #ring: string[] = [];
  #issued = 0;

  constructor(kept: number) {
    assert(Number.isSafeInteger(kept) && kept >= 1, `ids to keep: an integer ≥ 1, not ${kept}`);
    this.kept = kept;
  }

  /** The sequence of the newest id, which is how many there ever were. */
  get issued(): number {
    return this.#issued;
  }

  /** The arguments of an id, as long as it is among the last `kept` up to sequence `issued`. */
  find(id: string, issued: number): RequestArguments | undefined {
    const remembered = this.#byId.get(id);
    if (remembered === undefined || remembered.sequence <= issued - this.kept) return undefined;
    const { name, info } = remembered;
    return { name, version: info.version, hashlist: info.hashlist };
  }

  /** Remembers an id, which must not be remembered already, and forgets the oldest for it. */
  remember(id: string, name: string, info: FileInfo): void {
    assert(
      this.#byId.get(id) === undefined,
      'a request id takes effect once while it is remembered',
    );
    const slot = this.#issued % this.kept;
    const oldest = this.#ring[slot];
    if (oldest !== undefined) this.#byId.delete(oldest);
    this.#ring[slot] = id;
    this.#issued += 1;
    this.#byId.set(id, { sequence: this.#issued, name, info });
  }
}
