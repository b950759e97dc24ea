/** Several faulty stores that act as one, under a clock of their own. */
import { must } from '../../src/base/assert.js';
import { BlockCluster } from '../../src/blocks/block-cluster.js';
import type { BlockEvent } from '../../src/blocks/block-event.js';
import { hashOf } from '../../src/blocks/block-hash.js';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import type { ReadBlock } from '../../src/blocks/block-store.js';
import { CatchUp } from '../../src/blocks/catch-up.js';
import { HandOff } from '../../src/blocks/hand-off.js';
import { ReplicatedBlockStore } from '../../src/blocks/replicated-block-store.js';
import { Ring } from '../../src/blocks/ring.js';
import { FakeBlockTimer } from './fake-block-timer.js';
import { FaultyBlockStore } from './faulty-block-store.js';

export interface BlockWorldOptions {
  readonly stores?: number;
  readonly copies?: number;
  /** Of the comparison of stores. */
  readonly phase?: number;
  readonly rememberedMax?: number;
  readonly behindBytesMax?: number;
}

export class BlockWorld {
  readonly timer = new FakeBlockTimer();
  readonly events: BlockEvent[] = [];
  readonly cluster: BlockCluster;
  readonly handOff: HandOff;
  readonly catchUp: CatchUp;
  readonly all: ReplicatedBlockStore;
  readonly #stores: ReadonlyMap<string, FaultyBlockStore>;

  constructor(options: BlockWorldOptions = {}) {
    const { timer } = this;
    const count = options.stores ?? 3;
    const addresses = Array.from({ length: count }, (_, index) => `localhost:${9001 + index}`);
    const observer = (event: BlockEvent) => this.events.push(event);
    const stores = addresses.map((address) => [address, new FaultyBlockStore(timer)] as const);
    this.#stores = new Map(stores);
    const { copies, rememberedMax, behindBytesMax } = options;
    this.cluster = new BlockCluster({
      ring: new Ring(addresses),
      stores: this.#stores,
      timer,
      ...(copies === undefined ? {} : { copies }),
    });
    const { cluster } = this;
    this.handOff = new HandOff({
      cluster,
      observer,
      ...(rememberedMax === undefined ? {} : { rememberedMax }),
    });
    const { handOff } = this;
    this.catchUp = new CatchUp({ cluster, handOff, phase: options.phase ?? 0 });
    const { catchUp } = this;
    this.all = new ReplicatedBlockStore({
      cluster,
      handOff,
      catchUp,
      observer,
      ...(behindBytesMax === undefined ? {} : { behindBytesMax }),
    });
  }

  get stores(): readonly FaultyBlockStore[] {
    return [...this.#stores.values()];
  }

  /** The store that is to keep the block in this place: 0 is its owner. */
  keeper(hash: BlockHash, place: number): FaultyBlockStore {
    return this.at(this.address(hash, place));
  }

  address(hash: BlockHash, place: number): string {
    return must(this.cluster.inOrder(hash)[place], 'a store in this place');
  }

  at(address: string): FaultyBlockStore {
    return must(this.#stores.get(address), 'a store at this address');
  }

  /** How the copies are, in the order of the ring. */
  copies(hash: BlockHash): Promise<readonly ReadBlock['kind'][]> {
    return Promise.all(this.cluster.inOrder(hash).map((address) => this.at(address).copy(hash)));
  }

  told(type: BlockEvent['type']): readonly string[] {
    return this.events.filter((event) => event.type === type).map(({ address }) => address);
  }
}

export interface SampleBlock {
  readonly hash: BlockHash;
  readonly bytes: Uint8Array;
}

export function blockOf(text: string): SampleBlock {
  const bytes = new TextEncoder().encode(text);
  return { hash: hashOf(bytes), bytes };
}

/** What a call that is to be refused was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was refused');
}
