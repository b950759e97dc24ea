/**
 * Fetches a backup from whichever server leads. It is written aside, read back and checked, made
 * durable, and only then takes its name: a file of that name is always a whole backup.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { get as getOverTls } from 'node:https';
import { basename, dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeBroken } from '../client/describe-broken.js';
import type { ServerProof } from '../client/rpc-connection.js';
import type { ClusterServer } from '../config/cluster-config.js';
import { RealDisk, syncFolder } from '../io/real-disk.js';
import type { LogPosition } from '../raft/messages.js';
import { backupPath } from '../rpc/backup-endpoint.js';
import { SnapshotFileReader } from '../storage/snapshot-file.js';
import { StorageDamagedError, StorageError } from '../storage/storage.js';
import { describeBytes } from './describe-bytes.js';
import { StartError } from './start-error.js';

/** A server that sends nothing for so long is given up for others. */
const silenceMsMax = 10_000;
const pauseMs = 200;
const progressEveryBytes = 8 * 1024 * 1024;

export interface FetchedBackup {
  readonly position: LogPosition;
  readonly bytes: number;
}

export interface FetchBackupOptions {
  readonly servers: readonly ClusterServer[];
  /** What shows the servers that they may give it out. */
  readonly proof: ServerProof;
  readonly file: string;
  readonly waitMs: number;
}

/** Throws `StartError` when no server gave a whole backup within `waitMs`. */
export async function fetchBackup(options: FetchBackupOptions): Promise<FetchedBackup> {
  const { file } = options;
  const aside = `${resolve(file)}.part`;
  try {
    await fetchFromAny(options, aside);
    const backup = await check(aside);
    await rename(aside, resolve(file));
    await syncFolder(dirname(aside));
    return backup;
  } catch (error) {
    await rm(aside, { force: true });
    if (error instanceof StartError) throw error;
    if (error instanceof StorageDamagedError || error instanceof StorageError || isErrno(error)) {
      throw new StartError(`no backup was made: ${(error as Error).message}`);
    }
    throw error;
  }
}

/** The bytes are read back from the disk: what counts is what stands there. */
async function check(aside: string): Promise<FetchedBackup> {
  const handle = await open(aside, 'r');
  await handle.sync();
  const bytes = (await handle.stat()).size;
  await handle.close();
  const reader = await SnapshotFileReader.open(new RealDisk(dirname(aside)), basename(aside));
  if (reader === undefined) throw new StartError(`no backup was made: ${aside} is gone`);
  try {
    await reader.verify(() => undefined);
    return { position: reader.position, bytes };
  } finally {
    await reader.close();
  }
}

async function fetchFromAny(
  { servers, proof, waitMs }: FetchBackupOptions,
  aside: string,
): Promise<void> {
  const untilMs = performance.now() + waitMs;
  const reasons = new Map<string, string>();
  do {
    for (const server of servers) {
      const refusal = await fetchFrom(server, proof, aside);
      if (refusal === undefined) return;
      reasons.set(`server ${server.id}`, refusal);
    }
    await sleep(pauseMs);
  } while (performance.now() < untilMs);
  const lines = [...reasons].map(([who, why]) => `  ${who}: ${why}`);
  throw new StartError(`no server gave a backup:\n${lines.join('\n')}`);
}

/** Why there is no backup from this server, or undefined when it is there, whole or torn. */
async function fetchFrom(
  server: ClusterServer,
  proof: ServerProof,
  aside: string,
): Promise<string | undefined> {
  const request = ask(server, proof);
  request.setTimeout(silenceMsMax, () => {
    request.destroy(new Error(`silent for ${silenceMsMax} ms`));
  });
  let response: IncomingMessage;
  try {
    [response] = (await once(request, 'response')) as [IncomingMessage];
  } catch (error) {
    return error instanceof Error ? describeBroken(error, proof.tls !== undefined) : String(error);
  }
  if (response.statusCode !== 200) {
    return `status ${response.statusCode ?? 0}: ${await textOf(response)}`;
  }
  const out = createWriteStream(aside);
  try {
    await pipeline(response, progress, out);
    return undefined;
  } catch (error) {
    // What cannot be written here will not be for another server either.
    if (out.errored !== null && isErrno(out.errored) && out.errored.syscall !== undefined) {
      throw new StartError(`no backup was made: ${out.errored.message}`);
    }
    return error instanceof Error ? error.message : String(error);
  }
}

function ask({ host, port }: ClusterServer, { secret, tls }: ServerProof): ClientRequest {
  const options = { host, port, path: backupPath, agent: false, headers: secret?.headers } as const;
  if (tls === undefined) return get(options);
  return getOverTls({ ...options, cert: tls.cert, key: tls.key, ca: tls.ca });
}

async function* progress(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let [bytes, saidBytes] = [0, 0];
  const isWatched = process.stderr.isTTY;
  for await (const chunk of source) {
    yield chunk;
    bytes += chunk.length;
    if (!isWatched || bytes - saidBytes < progressEveryBytes) continue;
    saidBytes = bytes;
    process.stderr.write(`\r${describeBytes(bytes)} …`);
  }
  if (saidBytes > 0) process.stderr.write('\r\u001b[K');
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8').trim();
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
