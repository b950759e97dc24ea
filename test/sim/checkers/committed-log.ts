/**
 * The one sequence of entries that the cluster has committed, as collected from all servers.
 * Adding to it checks State Machine Safety (paper, figure 3): at an index there is one entry, ever.
 */
import { assert } from '../../../src/base/assert.js';
import type { ServerId } from '../../../src/base/ids.js';
import type { Entry } from '../../../src/raft/messages.js';

export class CommittedLog {
  readonly entries: Entry[] = [];
  readonly #onNew: (entry: Entry) => void;

  /** `onNew` is called when an entry is first seen to be committed. */
  constructor(onNew: (entry: Entry) => void) {
    this.#onNew = onNew;
  }

  /** `server` holds these consecutive entries for committed. */
  observe(server: ServerId, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const known = this.entries[entry.index - 1];
      if (known === undefined) {
        assert(entry.index === this.entries.length + 1, () => `a hole before entry ${entry.index}`);
        this.entries.push(entry);
        this.#onNew(entry);
        continue;
      }
      assert(
        isSameEntry(known, entry),
        () => `server ${server} commits another entry ${entry.index}, of term ${entry.term}`,
      );
    }
  }
}

export function isSameEntry(a: Entry, b: Entry): boolean {
  if (a === b) return true;
  return (
    a.index === b.index &&
    a.term === b.term &&
    a.kind === b.kind &&
    a.payload.length === b.payload.length &&
    a.payload.every((byte, at) => byte === b.payload[at])
  );
}
