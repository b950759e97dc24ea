/**
 * The warning about a file that should be its owner's alone, as it holds something secret.
 */

/** Permission bits of all but the owner. */
const othersMask = 0o077;

/** Undefined when `mode` gives nothing to others. */
export function describeOpenMode(what: string, mode: number): string | undefined {
  if ((mode & othersMask) === 0) return undefined;
  const octal = (mode & 0o777).toString(8).padStart(3, '0');
  return `${what} is open to other users (mode ${octal}); expected 600`;
}
