/** A short name of all that a configuration says, by which differing ones are found. */
import { createHash } from 'node:crypto';
import type { ClusterConfig } from '../config/cluster-config.js';

const digits = 32;

/** Hexadecimal digits; equal for configurations that mean the same, whatever they look like. */
export function configDigestOf({ servers, blocks, copies }: ClusterConfig): string {
  const said = [
    servers.map(({ address }) => address.toLowerCase()),
    blocks.map(({ index, address }) => [index, address.toLowerCase()]),
    copies ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, digits);
}
