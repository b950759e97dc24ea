/** What the files and keys of fills and warm-ups are called, and what they hold. */
import { createHash } from 'node:crypto';
import { serialText } from '../load/load-plan.js';

/** Clients of fills and warm-ups: enough to keep every batch full. */
export const preparingClients = 128;

/** As block hashes are: of no use to anything that compresses or shares equal text. */
export function hashesOf(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, block) =>
    createHash('sha256').update(`${name}/${block}`).digest('hex'),
  );
}

/** Prefix of the names of a fill, as long as those of a run. */
export const fillPrefix = 'files/fill-/';

/** Names of a fill are scattered, as real ones are: each lands elsewhere in their order. */
export function fillName(serial: number): string {
  return `${fillPrefix}${serialText(serial, true)}`;
}

/** Each client of a warm-up updates a file of its own, again and again. */
export function warmUpName(client: number): string {
  return `warm-up/client-${client}`;
}
