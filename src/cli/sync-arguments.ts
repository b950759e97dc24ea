/** The command line of `surfraft sync` as a value, checked before a file is touched. */
import { realpath, stat } from 'node:fs/promises';
import type { IndexForm } from '../sync/index-file.js';
import { readTarget, type Target } from './find-cluster.js';
import { refusalText } from '../base/file-refusal.js';
import { proofOptions, readProof, type ProofOptions, type ReadProof } from './proof-options.js';
import { UsageError } from './usage-error.js';

export interface SyncWords extends ProofOptions {
  readonly words: readonly string[] | undefined;
  readonly config: string | undefined;
  readonly 'dry-run': boolean;
  readonly watch: boolean;
  readonly interval: string;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly timeout: string;
  readonly 'allow-empty': boolean;
  readonly 'index-format': IndexForm;
}

export interface SyncArguments extends ReadProof {
  readonly target: Target;
  /** Without links. */
  readonly baseDir: string;
  readonly blockBytes: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

const blockBytesMax = 12_000_000;
const secondsMax = 1_000_000;

export const syncWordOptions = {
  config: {
    alias: 'f',
    type: 'string',
    requiresArg: true,
    description: "The cluster's configuration file, instead of HOST:PORT",
  },
  'dry-run': { type: 'boolean', default: false, description: 'Tell what would be done' },
  watch: { type: 'boolean', default: false, description: 'Go on until SIGTERM or SIGINT' },
  interval: {
    type: 'string',
    default: '2',
    requiresArg: true,
    description: 'Seconds between looks at the cluster with --watch',
  },
  quiet: {
    type: 'boolean',
    default: false,
    description: 'No progress, nothing about skipped files',
  },
  json: { type: 'boolean', default: false, description: 'The result as one JSON object' },
  timeout: {
    type: 'string',
    default: '10',
    requiresArg: true,
    description: 'Seconds without progress before giving up',
  },
  'allow-empty': {
    type: 'boolean',
    default: false,
    description: 'Delete in the cluster also when every file has disappeared here',
  },
  'index-format': {
    choices: ['comma', 'space'] as const,
    default: 'comma' as const,
    requiresArg: true,
    description: 'How lines of index.txt are written',
  },
  ...proofOptions,
} as const;

/** Throws `UsageError` when a person must type something else. */
export async function readSyncArguments(given: SyncWords): Promise<SyncArguments> {
  const words = [...(given.words ?? [])];
  const wanted = given.config === undefined ? 3 : 2;
  // With two words and no -f it is the target that was forgotten.
  const hasAddress = given.config === undefined && words.length >= wanted;
  const address = hasAddress ? words.shift() : undefined;
  const [baseDir, blockSize, ...surplus] = words;
  if (baseDir === undefined) throw new UsageError('BASE_DIR is missing: the folder to sync');
  if (blockSize === undefined) {
    const target = given.config === undefined ? 'HOST:PORT' : '-f CONFIG';
    throw new UsageError(`BLOCK_SIZE is missing; expected ${target} BASE_DIR BLOCK_SIZE`);
  }
  if (surplus.length > 0) throw new UsageError(`too many arguments: ${surplus.join(' ')}`);
  if (given.watch && given['dry-run']) {
    throw new UsageError('--watch and --dry-run exclude each other');
  }
  const blockBytes = readBlockSize(blockSize);
  const intervalMs = readSeconds('--interval', given.interval);
  const timeoutMs = readSeconds('--timeout', given.timeout);
  const target = await readTarget(given.config, address);
  return {
    ...{ target, baseDir: await readFolder(baseDir), blockBytes, intervalMs, timeoutMs },
    ...(await readProof(given)),
  };
}

function readBlockSize(text: string): number {
  const bytes = /^[1-9]\d{0,7}$/.test(text) ? Number(text) : 0;
  if (bytes >= 1 && bytes <= blockBytesMax) return bytes;
  throw new UsageError(`BLOCK_SIZE is "${text}"; expected bytes from 1 to ${blockBytesMax}`);
}

/** In milliseconds. */
function readSeconds(option: string, text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= secondsMax) return seconds * 1000;
  throw new UsageError(`${option} is "${text}"; expected seconds, more than 0`);
}

async function readFolder(path: string): Promise<string> {
  try {
    if ((await stat(path)).isDirectory()) return await realpath(path);
  } catch (error) {
    const reason = refusalText('use', 'it', error) ?? String(error);
    throw new UsageError(`BASE_DIR is "${path}"; expected a folder that exists: ${reason}`);
  }
  throw new UsageError(`BASE_DIR is "${path}", which is no folder`);
}
