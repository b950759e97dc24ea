/**
 * A map of what comes and goes without end, in the order of insertion.
 *
 * When V8 rehashes a `Map`, the table that it leaves behind keeps its entries and points to the new
 * table. Once one of them has grown old it keeps all tables after it, and what was ever in them,
 * until the next full collection, and every collection of the young copies that once more. Here
 * such a chain ends after a few hundred entries, because another `Map` takes over; under load that
 * halves what a leader spends on collections (docs/PERFORMANCE.md).
 */

/** Entries after which another map takes over. */
const entriesMax = 512;

export class TransientMap<Key, Value extends object> {
  /** What is left of the map before, which takes no new keys. */
  #old = new Map<Key, Value>();
  #young = new Map<Key, Value>();
  /** Keys that the young map was given, whatever became of them. */
  #given = 0;

  get size(): number {
    return this.#old.size + this.#young.size;
  }

  get(key: Key): Value | undefined {
    return this.#young.get(key) ?? (this.#old.size > 0 ? this.#old.get(key) : undefined);
  }

  set(key: Key, value: Value): void {
    if (this.#old.size > 0 && this.#old.has(key)) {
      this.#old.set(key, value);
      return;
    }
    if (this.#given >= entriesMax && this.#old.size === 0) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#given = 0;
      this.set(key, value);
      return;
    }
    this.#given += 1;
    this.#young.set(key, value);
  }

  /** Returns whether the key was there. */
  delete(key: Key): boolean {
    return (this.#old.size > 0 && this.#old.delete(key)) || this.#young.delete(key);
  }

  clear(): void {
    this.#old = new Map();
    this.#young = new Map();
    this.#given = 0;
  }

  /** All that is there now, in a list of its own. */
  entries(): [Key, Value][] {
    return [...this.#old, ...this.#young];
  }
}
