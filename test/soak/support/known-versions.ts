/**
 * Every version of every file that was ever seen in the cluster, by those who made it and by those
 * who looked. A version never changes, is made once, and its bytes can be had for ever, as nobody
 * collects blocks here.
 */
import type { BlockHash } from '../../../src/blocks/block-hash.js';
import type { FileState } from '../../../src/sync/plan.js';
import type { SyncCluster } from '../../../src/sync/sync-cluster.js';

export class KnownVersions {
  readonly #seen = new Map<string, string>();
  readonly #made = new Set<string>();
  readonly #lists = new Map<string, readonly BlockHash[]>();
  readonly problems: string[] = [];

  get size(): number {
    return this.#seen.size;
  }

  look(map: ReadonlyMap<string, FileState>): void {
    for (const [name, state] of map) this.#note(name, state);
  }

  /** The cluster, with an eye on what is read and made. `onCall` is told before each call. */
  watch(cluster: SyncCluster, onCall: () => void): SyncCluster {
    return {
      pool: cluster.pool,
      readMap: async () => {
        onCall();
        const map = await cluster.readMap();
        this.look(map);
        return map;
      },
      update: async (name, state) => {
        onCall();
        const isTaken = await cluster.update(name, state);
        if (isTaken) this.#make(name, state);
        return isTaken;
      },
      missing: (hashes) => {
        onCall();
        return cluster.missing(hashes);
      },
      putBlock: (hash, bytes) => {
        onCall();
        return cluster.putBlock(hash, bytes);
      },
      getBlock: (hash) => {
        onCall();
        return cluster.getBlock(hash);
      },
    };
  }

  /** What every version of every file was. */
  async texts(cluster: SyncCluster): Promise<ReadonlySet<string>> {
    const texts = new Set<string>();
    for (const blocks of this.#lists.values()) {
      const parts = await Promise.all(blocks.map((hash) => cluster.getBlock(hash)));
      texts.add(Buffer.concat(parts).toString('latin1'));
    }
    return texts;
  }

  #make(name: string, state: FileState): void {
    const version = `${name} ${state.version}`;
    if (this.#made.has(version)) this.problems.push(`${version} was made twice`);
    this.#made.add(version);
    this.#note(name, state);
  }

  #note(name: string, state: FileState): void {
    const version = `${name} ${state.version}`;
    const content = state.kind === 'deleted' ? 'deleted' : state.blocks.join(' ');
    const seen = this.#seen.get(version);
    if (seen !== undefined && seen !== content) this.problems.push(`${version} has changed`);
    this.#seen.set(version, content);
    if (state.kind === 'file') this.#lists.set(content, state.blocks);
  }
}
