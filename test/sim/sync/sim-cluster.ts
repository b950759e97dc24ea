/** All servers and stores of a simulated cluster, and its map of files. */
import { must } from '../../../src/base/assert.js';
import type { BlockCluster } from '../../../src/blocks/block-cluster.js';
import { hashOf, type BlockHash } from '../../../src/blocks/block-hash.js';
import { BlockOutOfReach, type BlockStore } from '../../../src/blocks/block-store.js';
import { Ring } from '../../../src/blocks/ring.js';
import type { FileState } from '../../../src/sync/plan.js';
import type { SimClock } from '../sim-clock.js';
import type { SimRandom } from '../sim-random.js';
import type { Judge } from './judge.js';
import type { Life } from './life.js';
import { clusterSeenFrom, SimServer, type ServerLife } from './sim-server.js';
import { SimStore } from './sim-store.js';

export interface SimClusterParts {
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly judge: Judge;
  readonly onBug: (error: unknown) => void;
}

export class SimCluster {
  readonly stores: readonly SimStore[];
  /** Each store lives and dies with a server; else they are processes of their own. */
  readonly areStoresServers: boolean;
  readonly servers: readonly SimServer[];
  readonly ring: Ring;
  readonly judge: Judge;
  readonly random: SimRandom;
  readonly onBug: (error: unknown) => void;
  /** So many updates are done without a word of it. */
  silentUpdates = 0;
  readonly #copies: number | undefined;
  readonly #majority: number;
  readonly #copiesMax: number;

  constructor({ clock, random, judge, onBug }: SimClusterParts) {
    this.judge = judge;
    this.random = random;
    this.onBug = onBug;
    const servers = random.pick([1, 3, 3, 3, 5]);
    this.areStoresServers = random.chance(0.7);
    const stores = this.areStoresServers ? servers : random.integer(1, 5);
    const addresses = Array.from({ length: stores }, (_, at) => `localhost:${9001 + at}`);
    this.ring = new Ring(addresses);
    this.#copies = random.chance(0.2) ? random.integer(1, stores) : undefined;
    this.#copiesMax = this.#copies ?? Math.min(3, stores);
    this.#majority = Math.floor(this.#copiesMax / 2) + 1;
    this.stores = addresses.map(
      (address) => new SimStore({ address, clock, random: random.fork(), judge }),
    );
    this.servers = Array.from(
      { length: servers },
      (_, id) =>
        new SimServer({
          ...{ id, servers, clock, ring: this.ring, stores: this.stores, onBug },
          copies: this.#copies,
          own: this.areStoresServers ? this.stores[id] : undefined,
        }),
    );
    for (const server of this.servers) server.start();
  }

  get majority(): number {
    return this.#majority;
  }

  get hasMajority(): boolean {
    return this.servers.filter(({ up }) => up !== undefined).length * 2 > this.servers.length;
  }

  get lives(): readonly ServerLife[] {
    return this.servers.flatMap(({ up }) => (up === undefined ? [] : [up]));
  }

  inAnyOrder(): readonly ServerLife[] {
    const lives = [...this.lives];
    const order: ServerLife[] = [];
    while (lives.length > 0)
      order.push(...lives.splice(this.random.integer(0, lives.length - 1), 1));
    return order;
  }

  ownersOf(hash: BlockHash): readonly string[] {
    return this.ring.ownersOf(hash).slice(0, this.#copiesMax);
  }

  store(address: string): SimStore {
    return must(
      this.stores.find((store) => store.address === address),
      'a store of the cluster',
    );
  }

  /** As another program sees the stores, that of `surfraft blocks` for example. */
  seenFrom(life: Life): BlockCluster {
    return clusterSeenFrom(life, { ring: this.ring, stores: this.stores, copies: this.#copies });
  }

  update(name: string, state: FileState): boolean {
    return this.judge.update(name, state);
  }

  /** A good copy that could be had all the time must be found. Undefined when there is none. */
  async read(blocks: BlockStore, hash: BlockHash): Promise<Uint8Array | undefined> {
    const before = this.#withinReach(hash);
    let bytes: Uint8Array | undefined;
    try {
      const read = await blocks.get(hash);
      if (read.kind === 'found') bytes = read.bytes;
    } catch (error) {
      if (!(error instanceof BlockOutOfReach)) throw error;
    }
    if (bytes !== undefined) {
      if (hashOf(bytes) !== hash) this.judge.fail(`wrong bytes were handed out for ${hash}`);
      return bytes;
    }
    const still = new Set(this.#withinReach(hash));
    const missed = before.filter((copy) => still.has(copy));
    if (missed.length > 0) this.judge.fail(`${hash} was not found, but is at ${missed.join(', ')}`);
    return undefined;
  }

  /** A word for each good copy on a store that is well; the same word means the same copy. */
  #withinReach(hash: BlockHash): readonly string[] {
    return [...this.judge.copiesOf(hash)].flatMap(([address, { isGood, change }]) => {
      const store = this.store(address);
      return isGood && store.isWell ? [`${address} (${store.troubles}, ${change})`] : [];
    });
  }
}
