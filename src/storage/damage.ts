/** Acknowledged bytes that are damaged or missing: how they are told of, and who refuses them. */
import { StorageDamagedError } from './storage.js';

export interface Damage {
  /** The file that is damaged or missing. */
  readonly file: string;
  /** One line: which file, where in it, and why. */
  readonly text: string;
}

/** What the reader of a refusal can do about it, who has nobody to be refilled from. */
const lonelyAdvice =
  'restore the folder from a copy or a backup, or erase what is left of it with --fresh';

export function damageAt(file: string, offset: number, what: string): Damage {
  return { file, text: `${file} is damaged at offset ${offset}: ${what}` };
}

/** Says that the server does not start from what is left. */
export function refusalOf(damage: Damage): StorageDamagedError {
  return new StorageDamagedError(`${damage.text}; ${lonelyAdvice}`);
}
