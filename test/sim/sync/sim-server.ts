/**
 * A server as far as blocks are concerned: all stores of the cluster as one, with what looks after
 * their copies. It is put together as `src/cli/open-blocks.ts` does it for a real one.
 */
import { asServerId } from '../../../src/base/ids.js';
import { phaseOf } from '../../../src/base/phase.js';
import { BlockCluster } from '../../../src/blocks/block-cluster.js';
import type { BlockHash } from '../../../src/blocks/block-hash.js';
import type { BlockStore } from '../../../src/blocks/block-store.js';
import { CatchUp } from '../../../src/blocks/catch-up.js';
import { HandOff } from '../../../src/blocks/hand-off.js';
import { ReplicatedBlockStore } from '../../../src/blocks/replicated-block-store.js';
import type { Ring } from '../../../src/blocks/ring.js';
import { Scrub } from '../../../src/blocks/scrub.js';
import type { SimClock } from '../sim-clock.js';
import { Life } from './life.js';
import type { SimStore } from './sim-store.js';

export interface SimServerParts {
  readonly id: number;
  readonly servers: number;
  readonly clock: SimClock;
  readonly ring: Ring;
  readonly stores: readonly SimStore[];
  /** The store that lives and dies with this server; undefined where stores are others'. */
  readonly own: SimStore | undefined;
  readonly copies: number | undefined;
  readonly onBug: (error: unknown) => void;
}

/** From a start to an end. */
export interface ServerLife {
  readonly life: Life;
  readonly blocks: ReplicatedBlockStore;
  readonly handOff: HandOff;
  readonly catchUp: CatchUp;
}

export class SimServer {
  readonly #parts: SimServerParts;
  #up: ServerLife | undefined;

  constructor(parts: SimServerParts) {
    this.#parts = parts;
  }

  get up(): ServerLife | undefined {
    return this.#up;
  }

  start(): void {
    if (this.#up !== undefined) return;
    const { clock, id, ring, own } = this.#parts;
    const life = new Life(clock);
    const cluster = clusterSeenFrom(life, this.#parts);
    const observer = (): undefined => undefined;
    const handOff = new HandOff({ cluster, observer });
    const catchUp = new CatchUp({ cluster, handOff, phase: phaseOf(asServerId(id)) });
    const isOurs = (hash: BlockHash): boolean => this.#isOurs(hash);
    const scrub = new Scrub({ cluster, observer, isOurs });
    for (const address of ring.addresses) catchUp.expect(address);
    scrub.run().catch(this.#parts.onBug);
    const blocks = new ReplicatedBlockStore({ cluster, handOff, catchUp, observer });
    this.#up = { life, blocks, handOff, catchUp };
    if (own !== undefined) own.mode = 'up';
  }

  kill(): void {
    this.#up?.life.end();
    this.#up = undefined;
    const { own } = this.#parts;
    if (own !== undefined) own.mode = 'down';
  }

  #isOurs(hash: BlockHash): boolean {
    const { ring, own, id, servers } = this.#parts;
    if (own !== undefined) return ring.ownersOf(hash)[0] === own.address;
    return Number.parseInt(hash.slice(0, 8), 16) % servers === id;
  }
}

/** The stores of the cluster, as a process reaches them. */
export function clusterSeenFrom(
  life: Life,
  { ring, stores, copies }: Pick<SimServerParts, 'ring' | 'stores' | 'copies'>,
): BlockCluster {
  const seen = new Map<string, BlockStore>();
  for (const store of stores) seen.set(store.address, store.seenFrom(life));
  const wanted = copies === undefined ? {} : { copies };
  return new BlockCluster({ ring, stores: seen, timer: life, ...wanted });
}
