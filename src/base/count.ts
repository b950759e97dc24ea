/** A number with its noun, as people say it. */

/** For example `1 block`, `2 blocks`; `plural` where an s alone does not make it. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
