/**
 * Whose turn it is: strictly one after the other among the healthy workers (contract, section 13).
 * Those that cannot take more, or of which a request has just failed, are passed over while others
 * are there.
 */

/** What the turn looks at. */
export interface InTurn {
  readonly isHealthy: boolean;
  /** Healthy, trusted and not full. */
  readonly isFit: boolean;
}

export class Rotation<T extends InTurn> {
  #members: readonly T[] = [];
  #next = 0;

  get members(): readonly T[] {
    return this.#members;
  }

  /** The turn goes on at the same place as far as that exists. */
  replace(members: readonly T[]): void {
    this.#members = members;
    this.#next = members.length === 0 ? 0 : this.#next % members.length;
  }

  /** The next healthy one that was not tried; undefined when none is left. */
  take(tried: ReadonlySet<T>): T | undefined {
    return (
      this.#find((member) => member.isFit && !tried.has(member)) ??
      this.#find((member) => member.isHealthy && !tried.has(member))
    );
  }

  #find(condition: (member: T) => boolean): T | undefined {
    const count = this.#members.length;
    for (let step = 0; step < count; step += 1) {
      const index = (this.#next + step) % count;
      const member = this.#members[index];
      if (member === undefined || !condition(member)) continue;
      this.#next = (index + 1) % count;
      return member;
    }
    return undefined;
  }
}
