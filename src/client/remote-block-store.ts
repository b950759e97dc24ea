/**
 * The block store of another server, over its `blockstore_` methods. It keeps the promises of
 * `BlockStore`: bytes are verified here, whatever the other side says of them. Nothing is repeated:
 * whoever has several stores asks another one.
 */
import type { ServerId } from '../base/ids.js';
import { blockListMax } from '../base/limits.js';
import { hashInTurns, type BlockHash } from '../blocks/block-hash.js';
import { BlockStoreError } from '../blocks/block-store.js';
import type { BlockStore, ReadBlock, StoredBlock } from '../blocks/block-store.js';
import type { XmlStruct, XmlValue } from '../rpc/xml-value.js';
import { toHashes, toStoredBlocks } from './block-answers.js';
import { RpcConnection, type ServerEndpoint, type ServerProof } from './rpc-connection.js';

export interface RemoteBlockStoreOptions extends ServerProof {
  readonly endpoint: ServerEndpoint;
  /** The server that asks: it tells the other one, which may be cut off from it. */
  readonly from?: ServerId | undefined;
  /** A server that neither takes nor says anything for so long is given up; 5 s. */
  readonly silenceMs?: number;
}

const silenceMsDefault = 5_000;

/** Hashes that are asked for in one call: far below what a call may carry. */
const hashesPerCallMax = 50_000;

export class RemoteBlockStore implements BlockStore {
  readonly #connection: RpcConnection;
  readonly #from: readonly XmlValue[];
  readonly #silenceMs: number;

  constructor({ endpoint, secret, tls, from, silenceMs }: RemoteBlockStoreOptions) {
    this.#from = from === undefined ? [] : [from];
    this.#connection = new RpcConnection(endpoint, { secret, tls });
    this.#silenceMs = silenceMs ?? silenceMsDefault;
  }

  async put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    const kept = await this.#call('blockstore_put', [hash, bytes]);
    if (kept !== true) throw strange('blockstore_put');
  }

  async get(hash: BlockHash): Promise<ReadBlock> {
    const value = await this.#call('blockstore_get', [hash]);
    const answer = value instanceof Map ? (value as XmlStruct) : undefined;
    const kind = answer?.get('kind');
    if (kind === 'missing' || kind === 'damaged') return { kind };
    const bytes = answer?.get('bytes');
    if (kind !== 'found' || !(bytes instanceof Uint8Array)) throw strange('blockstore_get');
    // The server has checked them, but that was before they travelled.
    if ((await hashInTurns(bytes)) !== hash) return { kind: 'damaged' };
    return { kind: 'found', bytes };
  }

  async present(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    const found = new Set<BlockHash>();
    for (let from = 0; from < hashes.length; from += hashesPerCallMax) {
      const asked = hashes.slice(from, from + hashesPerCallMax);
      const answer = toHashes(await this.#call('blockstore_present', [asked]));
      if (answer === undefined) throw strange('blockstore_present');
      for (const hash of answer) found.add(hash);
    }
    return found;
  }

  async list(after: string, limit: number): Promise<readonly StoredBlock[]> {
    const blocks: StoredBlock[] = [];
    let isMore = true;
    while (isMore) {
      const asked = Math.min(limit - blocks.length, blockListMax);
      const params = [blocks.at(-1)?.hash ?? after, asked];
      const page = toStoredBlocks(await this.#call('blockstore_list', params));
      if (page === undefined) throw strange('blockstore_list');
      blocks.push(...page);
      isMore = page.length === asked && blocks.length < limit;
    }
    return blocks;
  }

  async remove(hash: BlockHash, minAgeMs: number): Promise<boolean> {
    const wholeMs = Math.min(Math.max(0, Math.ceil(minAgeMs)), Number.MAX_SAFE_INTEGER);
    const removed = await this.#call('blockstore_remove', [hash, wholeMs]);
    if (typeof removed !== 'boolean') throw strange('blockstore_remove');
    return removed;
  }

  /** Ends everything; calls in progress fail. */
  close(): void {
    this.#connection.close();
  }

  async #call(method: string, params: readonly XmlValue[]): Promise<XmlValue> {
    const givingUp = new AbortController();
    const silenceMs = this.#silenceMs;
    const answer = await this.#connection.call(
      method,
      [...params, ...this.#from],
      givingUp.signal,
      {
        silenceMs,
        onSilence: () => {
          givingUp.abort();
        },
      },
    );
    switch (answer.kind) {
      case 'value':
        return answer.value;
      case 'fault':
        throw new BlockStoreError(`it refuses: ${answer.fault.text}`);
      case 'malformed':
        throw new BlockStoreError(`its answer is no answer: ${answer.reason}`);
      case 'failed':
        throw new BlockStoreError(
          givingUp.signal.aborted
            ? `it was silent for ${silenceMs} ms`
            : `it cannot be asked: ${answer.reason}`,
        );
    }
  }
}

function strange(method: string): BlockStoreError {
  return new BlockStoreError(`its answer to ${method} is not one of a block store`);
}
