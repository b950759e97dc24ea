/** The name of a cluster, made of the only thing its servers have in common: the configuration. */
import { createHash } from 'node:crypto';
import { identityDigits } from '../base/folder-identity.js';

/**
 * 32 hexadecimal digits from the servers' addresses (`host:port`, in any letter case), in order of
 * their ids.
 */
export function clusterIdOf(addresses: readonly string[]): string {
  const names = addresses.map((address) => address.toLowerCase());
  const hash = createHash('sha256').update(JSON.stringify(names));
  return hash.digest('hex').slice(0, identityDigits);
}
