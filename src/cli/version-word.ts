/**
 * `NAME@VERSION`, as people write a version of a file. Names may hold `@`, too: what stands behind
 * the last one is a version only if it is a number from 1 on.
 */
import type { FileVersion } from '../client/cluster-client.js';

const versionWord = /^(?<name>.+)@(?<digits>[0-9]+)$/su;

/** The name and the version; undefined when the word ends in no version. */
export function readVersionWord(word: string): FileVersion | undefined {
  const { name, digits } = versionWord.exec(word)?.groups ?? {};
  const version = Number(digits);
  if (name === undefined || !Number.isSafeInteger(version) || version < 1) return undefined;
  return { name, version };
}
