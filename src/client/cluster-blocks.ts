/**
 * The blocks of a whole cluster, through any of its servers: a server that is gone, silent or
 * refuses is made up for by the others. What comes is checked, whoever sends it.
 */
import { setMaxListeners } from 'node:events';
import { BytePool } from '../base/byte-pool.js';
import { blockBytesMax } from '../base/limits.js';
import { hashInTurns, type BlockHash } from '../blocks/block-hash.js';
import type { XmlValue } from '../rpc/xml-value.js';
import { AnyServerCall, type AnyServerAnswer, type AnyServerRequest } from './any-server-call.js';
import { toHashes } from './block-answers.js';
import type { ClusterClientOptions } from './cluster-client.js';
import { RpcConnection, type ServerEndpoint } from './rpc-connection.js';

const timeoutMsDefault = 10_000;
const silenceMsDefault = 1_000;

/** Of blocks that were given back; three of the longest. */
const pooledBytesMax = 3 * blockBytesMax;

/** Hashes that are asked for in one call: far below what a call may carry. */
const hashesPerCallMax = 50_000;

export class ClusterBlocks {
  /** Where `get` has the bytes of long blocks from: who is done with them may give them back. */
  readonly pool = new BytePool(pooledBytesMax);
  readonly #timeoutMs: number;
  readonly #silenceMs: number;
  readonly #connections: ReadonlyMap<ServerEndpoint, RpcConnection>;
  readonly #closing = new AbortController();
  /** Whoever answered last is asked first. */
  #servers: readonly ServerEndpoint[];

  /** `servers`: all of the cluster, or those that may be asked; at least one. */
  constructor(servers: readonly ServerEndpoint[], options: ClusterClientOptions = {}) {
    // Every call in progress listens; how many there are is up to the caller.
    setMaxListeners(0, this.#closing.signal);
    this.#servers = servers;
    this.#timeoutMs = options.timeoutMs ?? timeoutMsDefault;
    this.#silenceMs = options.silenceMs ?? silenceMsDefault;
    const { secret, tls } = options;
    const shared = { secret, tls, pool: this.pool };
    this.#connections = new Map(
      servers.map((server) => [server, new RpcConnection(server, shared)]),
    );
  }

  /** Keeps a block, whose hash must be that of the bytes. Throws the errors of client-errors.ts. */
  async put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    await this.#ask({
      method: 'putblock',
      params: [hash, bytes],
      read: (value) => Promise.resolve(value === true ? value : undefined),
    });
  }

  /** The bytes of a block; undefined when no good copy can be reached. */
  async get(hash: BlockHash): Promise<Uint8Array | undefined> {
    const answer = await this.#ask<Uint8Array>({
      method: 'getblock',
      params: [hash],
      read: async (value) => {
        if (!(value instanceof Uint8Array)) return undefined;
        return (await hashInTurns(value)) === hash ? value : undefined;
      },
    });
    return answer.kind === 'done' ? answer.result : undefined;
  }

  /** Those of the hashes whose blocks the cluster does not keep. */
  async missing(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    const missing = new Set<BlockHash>();
    for (let from = 0; from < hashes.length; from += hashesPerCallMax) {
      const params: readonly XmlValue[] = [hashes.slice(from, from + hashesPerCallMax)];
      const answer = await this.#ask({
        method: 'missingblocks',
        params,
        read: (value) => Promise.resolve(toHashes(value)),
      });
      if (answer.kind === 'done') for (const hash of answer.result) missing.add(hash);
    }
    return missing;
  }

  /** Ends everything; operations in progress fail. */
  close(): void {
    this.#closing.abort();
    for (const connection of this.#connections.values()) connection.close();
  }

  async #ask<Result>(request: AnyServerRequest<Result>): Promise<AnyServerAnswer<Result>> {
    const call = new AnyServerCall(request, {
      connections: this.#connections,
      timeoutMs: this.#timeoutMs,
      silenceMs: this.#silenceMs,
      closing: this.#closing.signal,
    });
    const answer = await call.run(this.#servers);
    if (answer.kind === 'done' && answer.server !== this.#servers[0]) {
      const others = this.#servers.filter((server) => server !== answer.server);
      this.#servers = [answer.server, ...others];
    }
    return answer;
  }
}
