/**
 * The cluster as uploads need it: what a name is now, blocks that are kept, and versions that take
 * effect once. Everything ends within a known time: without a majority a client of the cluster
 * would wait for ever, so one that has not answered is closed, and its question given up.
 */
import { createHash } from 'node:crypto';
import { fileNameBytesMax } from '../../base/limits.js';
import { utf8Length } from '../../base/utf8.js';
import type { BlockHash } from '../../blocks/block-hash.js';
import { InvalidArgument } from '../../client/client-errors.js';
import type { ClusterBlocks } from '../../client/cluster-blocks.js';
import type { ClusterClient } from '../../client/cluster-client.js';
import { BlockSender } from '../../sync/block-sender.js';
import { ByteBudget } from '../../sync/in-parallel.js';
import { clusterEntries } from '../cluster-folder.js';
import { toKnownFile, type KnownFile } from '../cluster-versions.js';
import { SourceUnavailable, type PathParts } from '../file-source.js';
import { storeBody } from './store-body.js';

type UploadClient = Pick<
  ClusterClient,
  'getFileInfo' | 'getFileInfoPage' | 'getFileVersions' | 'updateFile' | 'close'
>;

export interface ClusterUploadsOptions {
  readonly makeClient: () => UploadClient;
  readonly blocks: Pick<ClusterBlocks, 'missing' | 'put' | 'close'>;
  /** Bytes of each block but the last of a file. */
  readonly blockBytes?: number;
  /** So long an answer of the leader is waited for. */
  readonly answerMsMax?: number;
}

/** A name as it is at a moment after it was asked for. */
export interface CurrentFile {
  /** 0 if there never was one; a deletion has a version, too. */
  readonly version: number;
  readonly file: KnownFile;
}

/** What keeps a file of this name from being there. */
export type InTheWay = 'none' | 'folder' | 'fileAsFolder';

/**
 * `made`: the version is there, by this update. `repeated`: this very upload took effect before, as
 * some version. `outdated`: somebody was faster, nothing has changed.
 */
export type UpdateOutcome = 'made' | 'repeated' | 'outdated';

/** The update may have taken effect, or may still do so. */
export class FateUnknown extends Error {
  override readonly name = 'FateUnknown';
}

export interface Change {
  readonly name: string;
  readonly version: number;
  /** Undefined for a deletion. */
  readonly hashes: readonly BlockHash[] | undefined;
  /** The same for each repetition of the same upload, and for no other one. */
  readonly key: string;
}

const uploadBlockBytes = 1024 * 1024;

const answerMsDefault = 6_000;
const deletedList = ['0'];
/** Of blocks on their way, of all uploads together; a longer block goes alone. */
const storingBytesMax = 16 * 1024 * 1024;
/** Bodies that come at the same time, each of which may wait for its client. */
const bodiesMax = 64;

export class ClusterUploads {
  readonly blockBytes: number;
  readonly #options: ClusterUploadsOptions;
  readonly #answerMsMax: number;
  readonly #memory = new ByteBudget(storingBytesMax);
  /** Those that nobody uses at present: as many as uploads have run at once. */
  readonly #free: UploadClient[] = [];
  readonly #busy = new Set<UploadClient>();
  #bodies = 0;

  /** Closes `blocks`, and the clients that it makes, when it is closed. */
  constructor(options: ClusterUploadsOptions) {
    this.#options = options;
    this.blockBytes = options.blockBytes ?? uploadBlockBytes;
    this.#answerMsMax = options.answerMsMax ?? answerMsDefault;
  }

  /** Linearizable. `withTime`: also when the version was made. Rejects with `SourceUnavailable`. */
  async current(name: string, { withTime }: { readonly withTime: boolean }): Promise<CurrentFile> {
    return this.#read(async (client) => {
      const info = await client.getFileInfo(name);
      if (!withTime || info.version === 0) {
        return { version: info.version, file: toKnownFile(info) };
      }
      const made = (await client.getFileVersions(name)).find(
        ({ version }) => version === info.version,
      );
      const timeMs = made === undefined || made.timeMs === 0 ? undefined : made.timeMs;
      return { version: info.version, file: toKnownFile(info, timeMs) };
    });
  }

  /** Rejects with `SourceUnavailable`. */
  async inTheWay(parts: PathParts): Promise<InTheWay> {
    return this.#read(async (client) => {
      const above = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
      const infos = await Promise.all(above.map((name) => client.getFileInfo(name)));
      if (infos.some((info) => toKnownFile(info).kind === 'file')) return 'fileAsFolder';
      const prefix = `${parts.join('/')}/`;
      if (utf8Length(prefix) >= fileNameBytesMax) return 'none';
      const ask = (after: string, limit: number) => client.getFileInfoPage(after, limit);
      for await (const _ of clusterEntries(ask, prefix)) return 'folder';
      return 'none';
    });
  }

  /**
   * Keeps a body, whose pieces `next` gives, as blocks that no file names yet. Rejects with what
   * `next` rejects with, or `SourceUnavailable`.
   */
  async store(next: () => Promise<Buffer | undefined>): Promise<readonly BlockHash[]> {
    if (this.#bodies >= bodiesMax) throw new SourceUnavailable('too many uploads at once');
    this.#bodies += 1;
    try {
      return await this.#store(next);
    } finally {
      this.#bodies -= 1;
    }
  }

  async #store(next: () => Promise<Buffer | undefined>): Promise<readonly BlockHash[]> {
    const { blocks } = this.#options;
    const sender = new BlockSender({
      cluster: {
        missing: (hashes) => blocks.missing(hashes),
        putBlock: (hash, bytes) => blocks.put(hash, bytes),
      },
      transfers: { blocksSent: 0, blocksReceived: 0, bytesSent: 0, bytesReceived: 0 },
      onBytes: () => undefined,
      nowMs: () => performance.now(),
    });
    try {
      const options = { blockBytes: this.blockBytes, sender, memory: this.#memory };
      const hashes = await storeBody(next, options);
      if (await sender.confirm(hashes)) return hashes;
    } catch (error) {
      if (!isFailure(error)) throw error;
      throw new SourceUnavailable(`the blocks cannot be stored: ${error.message}`);
    }
    throw new SourceUnavailable('blocks that were stored have been removed');
  }

  /** Rejects with `FateUnknown`, or with `SourceUnavailable`: then nothing has changed. */
  async update({ name, version, hashes, key }: Change): Promise<UpdateOutcome> {
    const list = hashes ?? deletedList;
    try {
      const isMade = await this.#within((client) =>
        client.updateFile(name, version, list, { requestId: requestIdOf(name, list, key) }),
      );
      return isMade ? 'made' : 'outdated';
    } catch (error) {
      if (isReused(error)) return 'repeated';
      if (error instanceof NoAnswer) throw new FateUnknown(error.message);
      if (!isFailure(error)) throw error;
      if (!error.isWithoutEffect) throw new FateUnknown(error.message);
      throw new SourceUnavailable(`the cluster refuses: ${error.message}`);
    }
  }

  close(): void {
    for (const client of [...this.#free, ...this.#busy]) client.close();
    this.#options.blocks.close();
  }

  async #read<T>(ask: (client: UploadClient) => Promise<T>): Promise<T> {
    try {
      return await this.#within(ask);
    } catch (error) {
      if (!(error instanceof NoAnswer) && !isFailure(error)) throw error;
      throw new SourceUnavailable(`the cluster cannot be asked: ${error.message}`);
    }
  }

  /** A client that was late may still be waiting: it is closed, and nobody uses it again. */
  async #within<T>(ask: (client: UploadClient) => Promise<T>): Promise<T> {
    const client = this.#free.pop() ?? this.#options.makeClient();
    this.#busy.add(client);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.#busy.delete(client);
        client.close();
        reject(new NoAnswer(`no answer within ${this.#answerMsMax / 1000} s`));
      }, this.#answerMsMax);
    });
    const answer = ask(client);
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
      // Nobody waits for it any more when it was late.
      answer.catch(() => undefined);
      if (this.#busy.delete(client)) this.#free.push(client);
    }
  }
}

class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Of the clients: what the cluster, or the network, refused. */
function isFailure(error: unknown): error is Error & { readonly isWithoutEffect: boolean } {
  return error instanceof Error && 'isWithoutEffect' in error;
}

/** The id took effect before, and the version was another one: all else is part of the id. */
function isReused(error: unknown): boolean {
  return error instanceof InvalidArgument && error.message.includes('(requestId)');
}

function requestIdOf(name: string, list: readonly string[], key: string): string {
  const hash = createHash('sha256');
  for (const part of [key, name, ...list]) hash.update(`${Buffer.byteLength(part)} ${part}\n`);
  return `upload-${hash.digest('hex')}`;
}
