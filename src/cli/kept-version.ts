/** Finds one version of a file among those that are kept. */
import type { KeptVersion } from '../client/file-answers.js';
import { StartError } from './start-error.js';

/** Versions that a refusal names. */
const namedMax = 10;

/** Throws `StartError`, which says what is kept. `versions`: the current one first. */
export function findVersion(
  name: string,
  version: number,
  versions: readonly KeptVersion[],
): KeptVersion {
  const found = versions.find((kept) => kept.version === version);
  if (found !== undefined) return found;
  const numbers = versions.map((kept) => kept.version);
  const more = numbers.length > namedMax ? ', …' : '';
  const kept = numbers.slice(0, namedMax).join(', ') + more;
  throw new StartError(`${name}: version ${version} is not kept; those that are: ${kept}`);
}
