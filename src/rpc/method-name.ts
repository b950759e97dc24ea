/**
 * When two spellings mean the same method: with or without the prefix of the service, in any
 * letter case, with underscores anywhere.
 */

/** Stands before the names of all methods but those of introspection. */
export const servicePrefix = 'surfstore.';

/** Equal for all spellings of one method. */
export function methodKey(name: string): string {
  const bare = name.toLowerCase().replaceAll('_', '');
  return bare.startsWith(servicePrefix) ? bare.slice(servicePrefix.length) : bare;
}
