/** Runs what belongs to one key one after another, and different keys side by side. */

export class KeyLocks {
  /** The last action that was asked for, by key; settled ones are taken out. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `action` when all earlier ones of this key have ended, well or not. */
  async run<T>(key: string, action: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = before === undefined ? action() : before.then(action, action);
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
