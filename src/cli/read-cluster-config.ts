/**
 * Reads a configuration file from disk; what is wrong with it, or with reading it, is a
 * `UsageError` with file and line.
 */
import type { ClusterConfig } from '../config/cluster-config.js';
import { parseClusterConfig } from '../config/parse-cluster-config.js';
import { readSmallFile, UnreadableFileError } from './read-small-file.js';
import { UsageError } from './usage-error.js';

/** 99 servers and stores fit a hundred times over; a device that never ends does not. */
const configBytesMax = 1024 * 1024;

export async function readClusterConfig(path: string): Promise<ClusterConfig> {
  const parsed = parseClusterConfig(await readClusterText(path), path);
  if (parsed.kind === 'error') throw new UsageError(parsed.errors.join('\n'));
  return parsed.config;
}

/** Throws `UsageError` when it cannot be read. */
export async function readClusterText(path: string): Promise<string> {
  try {
    return (await readSmallFile(path, configBytesMax)).bytes.toString('utf8');
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new UsageError(
      `${path}:1: cannot be read: ${error.message}; expected a configuration file`,
    );
  }
}
