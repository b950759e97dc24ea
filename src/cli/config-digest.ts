/**
 * A short name of what a configuration says and no change of members alters: who began the cluster,
 * the block stores, the copies. By it, configurations of different clusters are found.
 */
import { createHash } from 'node:crypto';
import type { ClusterConfig } from '../config/cluster-config.js';

const digits = 32;

/** Hexadecimal digits; equal for configurations that mean the same, whatever they look like. */
export function configDigestOf({ founders, blocks, copies }: ClusterConfig): string {
  const said = [
    founders.map(({ address }) => address.toLowerCase()),
    blocks.map(({ index, address }) => [index, address.toLowerCase()]),
    copies ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, digits);
}
