/**
 * A map that remembers a bounded number of things: what was not used for longest is forgotten.
 */

export class RecentMap<Key, Value extends object | string | number | boolean> {
  readonly #weightMax: number;
  readonly #weigh: (value: Value) => number;
  /** In the order of their last use. */
  readonly #entries = new Map<Key, Value>();
  #weight = 0;

  /** `weightMax` counts entries, unless `weigh` says what one of them weighs. */
  constructor(weightMax: number, weigh: (value: Value) => number = () => 1) {
    this.#weightMax = weightMax;
    this.#weigh = weigh;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#weight += this.#weigh(value);
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#weightMax) break;
      this.delete(oldest);
    }
  }

  delete(key: Key): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#weigh(value);
  }
}
