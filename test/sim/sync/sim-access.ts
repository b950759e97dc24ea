/**
 * The cluster as one simulated sync process reaches it: files from a map that takes a version once
 * and in order, as long as a majority of the servers runs; blocks through any server, and through
 * the next one when that ends, refuses or is silent. What is answered goes past the judge.
 */
import { BytePool } from '../../../src/base/byte-pool.js';
import { BlockStoreError, type BlockStore } from '../../../src/blocks/block-store.js';
import type { BlockHash } from '../../../src/blocks/block-hash.js';
import type { FileState } from '../../../src/sync/plan.js';
import { BlockMissing, ClusterGone, type SyncCluster } from '../../../src/sync/sync-cluster.js';
import type { SimCluster } from './sim-cluster.js';
import type { Life } from './life.js';
import type { ServerLife } from './sim-server.js';

/** A call is given up so long after it began; the same as the command's. */
const timeoutMs = 10_000;
/** So long a server may be silent before the next one is asked instead. */
const silenceMs = 2_000;
const retryMs = 100;
const travelMsMax = 12;

export class SimAccess implements SyncCluster {
  /** What is read here is not the pool's: the stores of the simulation keep it. */
  readonly pool = new BytePool(0);
  readonly #cluster: SimCluster;
  readonly #life: Life;

  constructor(cluster: SimCluster, life: Life) {
    this.#cluster = cluster;
    this.#life = life;
  }

  async readMap(): Promise<ReadonlyMap<string, FileState>> {
    await this.#reachMajority();
    const map = new Map(this.#cluster.judge.files);
    await this.#travel();
    return map;
  }

  /** Its request id keeps it from being done twice; whether it was done may stay unknown. */
  async update(name: string, state: FileState): Promise<boolean> {
    await this.#reachMajority();
    const isTaken = this.#cluster.update(name, state);
    await this.#travel();
    if (this.#cluster.random.chance(this.#cluster.silentUpdates)) {
      await this.#life.rest(timeoutMs);
      throw new ClusterGone('no majority answered');
    }
    return isTaken;
  }

  async missing(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    const present = await this.#ask((blocks) => blocks.present(hashes));
    if (present === undefined) throw new ClusterGone('no server answered');
    return new Set(hashes.filter((hash) => !present.has(hash)));
  }

  async putBlock(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    const done = await this.#ask(async (blocks) => {
      const acknowledged = this.#cluster.judge.watchPut(hash, this.#cluster.majority);
      await blocks.put(hash, bytes);
      acknowledged();
      return true;
    });
    if (done !== true) throw new ClusterGone('too few block stores');
  }

  async getBlock(hash: BlockHash): Promise<Uint8Array> {
    const bytes = await this.#ask((blocks) => this.#cluster.read(blocks, hash));
    if (bytes === undefined) throw new BlockMissing(`no good copy of ${hash} can be reached`);
    return bytes;
  }

  /** What the first server says that does not refuse; undefined when the time is up. */
  async #ask<T>(ask: (blocks: BlockStore) => Promise<T>): Promise<T | undefined> {
    const untilMs = this.#life.now() + timeoutMs;
    for (;;) {
      for (const server of this.#cluster.inAnyOrder()) {
        await this.#travel();
        const answer = await this.#askOne(server, ask);
        await this.#travel();
        if (answer !== undefined) return answer;
      }
      if (this.#life.now() >= untilMs) return undefined;
      await this.#life.rest(retryMs);
    }
  }

  #askOne<T>(server: ServerLife, ask: (blocks: BlockStore) => Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const giveUp = (): void => {
        resolve(undefined);
      };
      server.life.onEnd(giveUp);
      this.#life.after(silenceMs, giveUp);
      ask(server.blocks).then(resolve, (error: unknown) => {
        if (!(error instanceof BlockStoreError)) this.#cluster.onBug(error);
        giveUp();
      });
    });
  }

  async #reachMajority(): Promise<void> {
    const untilMs = this.#life.now() + timeoutMs;
    await this.#travel();
    while (!this.#cluster.hasMajority) {
      if (this.#life.now() >= untilMs) throw new ClusterGone('no majority answered');
      await this.#life.rest(retryMs);
    }
  }

  #travel(): Promise<void> {
    return this.#life.rest(this.#cluster.random.between(0.1, travelMsMax));
  }
}
