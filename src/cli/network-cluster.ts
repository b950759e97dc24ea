/**
 * The cluster of a sync over the network: files from the leader, blocks from any server. What the
 * clients throw becomes one of the failures that a sync knows.
 */
import type { BytePool } from '../base/byte-pool.js';
import { isBlockHash, type BlockHash } from '../blocks/block-hash.js';
import { InvalidArgument } from '../client/client-errors.js';
import { ClusterBlocks } from '../client/cluster-blocks.js';
import { ClusterClient } from '../client/cluster-client.js';
import type { FileInfo } from '../client/file-answers.js';
import type { ServerEndpoint, ServerProof } from '../client/rpc-connection.js';
import type { FileState } from '../sync/plan.js';
import {
  BlockMissing,
  ClusterGone,
  ClusterRefused,
  type SyncCluster,
} from '../sync/sync-cluster.js';
import { majorityWithin } from './majority-within.js';
import { surveyServers } from './survey-servers.js';

const deletedWord = '0';
/** How other clients write an empty file. */
const emptyWord = '-1';

export class NetworkCluster implements SyncCluster {
  readonly #files: ClusterClient;
  readonly #blocks: ClusterBlocks;
  readonly #timeoutMs: number;

  /** `servers`: all of the cluster. */
  constructor(servers: readonly ServerEndpoint[], timeoutMs: number, proof: ServerProof = {}) {
    this.#timeoutMs = timeoutMs;
    this.#files = new ClusterClient(servers, { timeoutMs, ...proof });
    this.#blocks = new ClusterBlocks(servers, { timeoutMs, ...proof });
  }

  get pool(): BytePool {
    return this.#blocks.pool;
  }

  async readMap(): Promise<ReadonlyMap<string, FileState>> {
    const map = new Map<string, FileState>();
    const files = this.#files.files();
    for (;;) {
      const next = await this.#ask(() => files.next());
      if (next.done === true) return map;
      map.set(next.value.name, toState(next.value));
    }
  }

  update(name: string, state: FileState): Promise<boolean> {
    const hashes = state.kind === 'deleted' ? [deletedWord] : state.blocks;
    return this.#ask(() => this.#files.updateFile(name, state.version, hashes));
  }

  missing(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    return this.#translate(() => this.#blocks.missing(hashes));
  }

  putBlock(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    return this.#translate(() => this.#blocks.put(hash, bytes));
  }

  async getBlock(hash: BlockHash): Promise<Uint8Array> {
    // Hash lists of other clients may hold anything.
    if (!isBlockHash(hash)) throw new BlockMissing(`${JSON.stringify(hash)} names no block`);
    const bytes = await this.#translate(() => this.#blocks.get(hash));
    if (bytes === undefined) throw new BlockMissing(`no good copy of block ${hash} can be reached`);
    return bytes;
  }

  close(): void {
    this.#files.close();
    this.#blocks.close();
  }

  #ask<T>(action: () => Promise<T>): Promise<T> {
    return this.#translate(() => majorityWithin(this.#timeoutMs, action));
  }

  async #translate<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (error instanceof InvalidArgument) throw new ClusterRefused(error.message);
      const { length } = this.#files.servers;
      const { answered, reason } = await surveyServers(this.#files);
      const why = answered === 0 && reason !== undefined ? `: ${reason}` : '';
      throw new ClusterGone(`${error.message}; ${answered} of ${length} servers answered${why}`);
    }
  }
}

/** Of the clients, or of the time that ran out here. */
function isFailure(error: unknown): error is Error {
  return error instanceof Error && 'isWithoutEffect' in error;
}

function toState({ version, hashlist }: FileInfo): FileState {
  const words = hashlist.map(String);
  const only = words.length === 1 ? words[0] : undefined;
  if (only === deletedWord) return { kind: 'deleted', version };
  const blocks = only === emptyWord ? [] : words;
  // Those that name no block are found out when somebody wants it.
  return { kind: 'file', version, blocks: blocks as readonly string[] as readonly BlockHash[] };
}
