/** Why a replica stands still, if it does: more than one reason may hold at a time. */
import type { Refusal } from './outcome.js';

export class Standstill {
  isStopping = false;
  isCrashed = false;
  storageError: string | undefined = undefined;

  /** What callers are told whose call had no effect; undefined while the replica is at work. */
  get refusal(): Refusal | undefined {
    if (this.isStopping) return { kind: 'stopping' };
    if (this.isCrashed) return { kind: 'crashed', logged: false };
    if (this.storageError === undefined) return undefined;
    return { kind: 'storage', reason: this.storageError };
  }
}
