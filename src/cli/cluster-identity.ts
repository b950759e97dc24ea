/**
 * What makes a cluster this cluster: the addresses of its servers, in order. Comments, block stores
 * and the name of the file may change; a server at another address makes another cluster.
 */
import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import type { ServerId } from '../base/ids.js';
import type { ClusterServer } from '../config/cluster-config.js';

const identityDigits = 32;
const digitsInFolderName = 8;

/** 32 hexadecimal digits; the same for the same servers at the same addresses. */
export function clusterIdOf(servers: readonly ClusterServer[]): string {
  const hash = createHash('sha256');
  for (const { host, port } of servers) hash.update(`${host.toLowerCase()} ${port}\n`);
  return hash.digest('hex').slice(0, identityDigits);
}

/** Beside the configuration file, with its name in it: two files never share a folder. */
export function defaultDataFolder(
  configPath: string,
  clusterId: string,
  serverId: ServerId,
): string {
  const path = resolve(configPath);
  const cluster = `${basename(path)}-${clusterId.slice(0, digitsInFolderName)}`;
  return join(dirname(path), 'data', cluster, serverFolderName(serverId));
}

export function serverFolderName(serverId: ServerId): string {
  return `metadata${serverId}`;
}
