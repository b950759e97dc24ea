/** Acknowledged bytes that are damaged or missing: how they are told of, and who refuses them. */
import { StorageDamagedError } from './storage.js';

export interface Damage {
  /** The file that is damaged or missing. */
  readonly file: string;
  /** One line: which file, where in it, and why. */
  readonly text: string;
}

/** What the reader of a refusal can do about it. */
const refillAdvice =
  'restore the folder from a copy, or start with --fresh while all other servers run: ' +
  'they refill it';

export function damageAt(file: string, offset: number, what: string): Damage {
  return { file, text: `${file} is damaged at offset ${offset}: ${what}` };
}

/** Says that the server does not start from what is left. */
export function refusalOf(damage: Damage): StorageDamagedError {
  return new StorageDamagedError(`${damage.text}; ${refillAdvice}`);
}
