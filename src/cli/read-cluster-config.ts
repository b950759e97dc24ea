/**
 * Reads a configuration file from disk; what is wrong with it, or with reading it, is a
 * `UsageError` with file and line.
 */
import { open } from 'node:fs/promises';
import type { ClusterConfig } from '../config/cluster-config.js';
import { parseClusterConfig } from '../config/parse-cluster-config.js';
import { UsageError } from './usage-error.js';

/** 99 servers and stores fit a hundred times over; a device that never ends does not. */
const configBytesMax = 1024 * 1024;

export async function readClusterConfig(path: string): Promise<ClusterConfig> {
  const parsed = parseClusterConfig(await readText(path), path);
  if (parsed.kind === 'error') throw new UsageError(parsed.errors.join('\n'));
  return parsed.config;
}

async function readText(path: string): Promise<string> {
  const unreadable = (why: string): UsageError =>
    new UsageError(`${path}:1: cannot be read: ${why}; expected a configuration file`);
  try {
    const file = await open(path);
    try {
      const bytes = Buffer.alloc(configBytesMax + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length);
        if (bytesRead === 0) break;
        length += bytesRead;
        if (length > configBytesMax) throw unreadable(`longer than ${configBytesMax} bytes`);
      }
      return bytes.toString('utf8', 0, length);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error)) throw error;
    throw unreadable(describeReason(error));
  }
}

function describeReason(error: Error): string {
  switch ('code' in error ? error.code : undefined) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a folder';
    default:
      return error.message;
  }
}
