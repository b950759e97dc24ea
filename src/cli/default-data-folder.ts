/**
 * Where a server's data lies when nobody says otherwise: beside the configuration file, in a folder
 * that names the file, the cluster and the server, so that two files never share one.
 */
import { basename, dirname, join, resolve } from 'node:path';
import type { ServerId } from '../base/ids.js';

/** Of the cluster's id; enough to tell the versions of one file apart. */
const digitsInFolderName = 8;

export function defaultDataFolder(
  configPath: string,
  clusterId: string,
  serverId: ServerId,
): string {
  const path = resolve(configPath);
  const cluster = `${basename(path)}-${clusterId.slice(0, digitsInFolderName)}`;
  return join(dirname(path), 'data', cluster, serverFolderName(serverId));
}

/** Of a server in a folder that holds several. */
export function serverFolderName(serverId: ServerId): string {
  return `metadata${serverId}`;
}
