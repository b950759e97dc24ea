/** A cluster in memory, with its version rule, that counts and can be made to fail. */
import { createHash } from 'node:crypto';
import { BytePool } from '../../src/base/byte-pool.js';
import { hashOf, type BlockHash } from '../../src/blocks/block-hash.js';
import type { FileState } from '../../src/sync/plan.js';
import { BlockMissing, ClusterGone, type SyncCluster } from '../../src/sync/sync-cluster.js';

export class StoringCluster implements SyncCluster {
  readonly pool = new BytePool(2 ** 26);
  readonly files = new Map<string, FileState>();
  readonly blocks = new Map<BlockHash, Uint8Array>();
  /** Accepted updates, as `name,version`. */
  readonly updates: string[] = [];
  /** What any version of any file ever was. */
  readonly texts = new Set<string>();
  puts: BlockHash[] = [];
  bytesInFlight = 0;
  bytesInFlightMax = 0;
  isGone = false;
  /** Forget what is put, for very long files. */
  isForgetful = false;
  beforeUpdate: (name: string) => void | Promise<void> = () => undefined;
  beforePut: () => void | Promise<void> = () => undefined;
  beforePutBytes: (bytes: Uint8Array) => unknown = () => undefined;
  beforeGet: () => void | Promise<void> = () => undefined;

  async readMap(): Promise<ReadonlyMap<string, FileState>> {
    await this.#turn();
    return new Map(this.files);
  }

  async update(name: string, state: FileState): Promise<boolean> {
    await this.beforeUpdate(name);
    await this.#turn();
    if (state.version !== (this.files.get(name)?.version ?? 0) + 1) return false;
    this.files.set(name, state);
    this.updates.push(`${name},${state.version}`);
    this.texts.add(this.#describe(name).replace(/^\d+,/, ''));
    return true;
  }

  async missing(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    await this.#turn();
    return new Set(hashes.filter((hash) => !this.blocks.has(hash)));
  }

  async putBlock(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    this.bytesInFlight += bytes.length;
    this.bytesInFlightMax = Math.max(this.bytesInFlight, this.bytesInFlightMax);
    this.beforePutBytes(bytes);
    await this.beforePut();
    await this.#turn();
    if (hashOf(bytes) !== hash) throw new Error('a block under a wrong name');
    this.puts.push(hash);
    if (!this.isForgetful) this.blocks.set(hash, bytes.slice());
    this.bytesInFlight -= bytes.length;
  }

  async getBlock(hash: BlockHash): Promise<Uint8Array> {
    const bytes = this.blocks.get(hash);
    this.bytesInFlight += bytes?.length ?? 0;
    this.bytesInFlightMax = Math.max(this.bytesInFlight, this.bytesInFlightMax);
    await this.beforeGet();
    await this.#turn();
    this.bytesInFlight -= bytes?.length ?? 0;
    if (bytes === undefined) throw new BlockMissing(`block ${hash} is lost`);
    const own = this.pool.take(bytes.length).subarray(0, bytes.length);
    own.set(bytes);
    return own;
  }

  /** What another client does: the next version of a file with these bytes, or its deletion. */
  set(name: string, bytes: string | undefined, blockBytes = 4): void {
    const version = (this.files.get(name)?.version ?? 0) + 1;
    if (bytes === undefined) {
      this.files.set(name, { kind: 'deleted', version });
      return;
    }
    const whole = Buffer.from(bytes);
    const blocks: BlockHash[] = [];
    for (let start = 0; start < whole.length; start += blockBytes) {
      const block = whole.subarray(start, start + blockBytes);
      blocks.push(hashOf(block));
      this.blocks.set(hashOf(block), block);
    }
    this.files.set(name, { kind: 'file', version, blocks });
  }

  /** `name,version,text`, or `name,version` for a deletion, of all files in order. */
  describe(): readonly string[] {
    return [...this.files.keys()].sort().map((name) => `${name},${this.#describe(name)}`);
  }

  #describe(name: string): string {
    const state = this.files.get(name);
    if (state?.kind !== 'file') return String(state?.version);
    const parts = state.blocks.map((hash) => this.blocks.get(hash) ?? Buffer.from(`<${hash}>`));
    return `${state.version},${Buffer.concat(parts).toString()}`;
  }

  async #turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.isGone) throw new ClusterGone('no server answered');
  }
}

/** The first 8 digits of a conflict copy. */
export function mark(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
