/**
 * A bound on bytes that stand in memory for many connections together.
 */
export class ByteBudget {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What is taken and not given back. Invariant: at most the budget. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes `bytes`, or refuses because the budget does not have them. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }
}
