/**
 * Randomness for the election timeouts: the same numbers for the same seed, or numbers that nobody
 * can repeat. Not for secrets.
 */
import { randomBytes } from 'node:crypto';
import seedrandom from 'seedrandom';

const entropyBytes = 16;

/** Numbers in [0, 1). Without a seed one is drawn from the operating system. */
export function createRandom(seed: string | undefined): () => number {
  const generator = seedrandom(seed ?? randomBytes(entropyBytes).toString('hex'));
  return () => generator.quick();
}
