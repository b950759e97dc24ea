/** A planted bug: the production code as it was built, with a few words changed. */

export interface Plant {
  /** What is wrong, in the words of whoever would report it. */
  readonly name: string;
  readonly patches: readonly Patch[];
}

export interface Patch {
  /** Below `build/`. */
  readonly file: string;
  /** Must occur there exactly once, so that no plant is ever missed in silence. */
  readonly find: string;
  readonly replace: string;
}

/** The text with the patch; undefined when its words are not there exactly once. */
export function patched(text: string, { find, replace }: Patch): string | undefined {
  const at = text.indexOf(find);
  if (at < 0 || text.includes(find, at + 1)) return undefined;
  return text.slice(0, at) + replace + text.slice(at + find.length);
}
