/** The two ways in which a check ends other than well. */

/** The cluster does not keep the sentence. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
  readonly expected: string;
  readonly seen: string;
  /** The server that showed it, when it was one. */
  readonly where: string | undefined;

  constructor(expected: string, seen: string, where?: string) {
    super(`expected ${expected}, saw ${seen}${where === undefined ? '' : ` on ${where}`}`);
    this.expected = expected;
    this.seen = seen;
    this.where = where;
  }
}

/** The check found, while it ran, that it cannot be made on this cluster. */
export class CheckSkipped extends Error {
  override readonly name = 'CheckSkipped';
}
