/**
 * What goes wrong in a run. A seed gives each kind of fault its weight, and most kinds none, so
 * that each has runs in which the others do not hide it.
 */
import {
  faultActions,
  faultKinds,
  mendNetwork,
  mendServer,
  type FaultKind,
} from './fault-actions.js';
import type { SimRandom } from './sim-random.js';
import type { SimServer } from './sim-server.js';
import type { SimWorld } from './sim-world.js';

export interface FaultPlan {
  /** Kinds that may happen, each as often as its weight says. */
  readonly weights: ReadonlyMap<FaultKind, number>;
  /** Bounds of the time between two faults. */
  readonly everyMs: { readonly min: number; readonly max: number };
  /** Probability that something is mended instead: without it clusters soon do nothing at all. */
  readonly mendProbability: number;
}

/** Kinds that are at their worst together, and how far they are apart at most. */
interface Theme {
  readonly kinds: readonly FaultKind[];
  readonly everyMsMax: readonly number[];
}

const themes: readonly Theme[] = [
  {
    kinds: ['leaderLoss', 'rivals', 'starve', 'weather', 'partition', 'start', 'crash'],
    everyMsMax: [50, 200, 800],
  },
  {
    kinds: ['partition', 'partialPartition', 'ring', 'weather', 'cut', 'pause', 'starve'],
    everyMsMax: [800, 2_000],
  },
  {
    kinds: ['diskErrors', 'passingDiskErrors', 'fullDisk', 'hangingDisk', 'slowDisk', 'powerLoss'],
    everyMsMax: [200, 800],
  },
  {
    kinds: ['bitFlip', 'wipe', 'leaderLoss', 'starve', 'powerLoss', 'start', 'rivals'],
    everyMsMax: [100, 300, 1_000],
  },
  {
    kinds: ['pause', 'crash', 'stop', 'kill', 'powerLossOfAll', 'cut', 'weather'],
    everyMsMax: [100, 300, 1_000],
  },
];

export function drawFaultPlan(random: SimRandom): FaultPlan {
  const isThemed = random.chance(0.7);
  const theme = isThemed ? random.pick(themes) : { kinds: faultKinds, everyMsMax: [100, 1_000] };
  const kinds = random.some(theme.kinds, isThemed ? 0.8 : random.pick([0, 0.2, 0.5]));
  return {
    weights: new Map(kinds.map((kind) => [kind, random.pick([1, 1, 2, 4])])),
    everyMs: { min: 10, max: random.pick(theme.everyMsMax) },
    mendProbability: random.pick([0.1, 0.3, 0.5]),
  };
}

export function describeFaultPlan({ weights, everyMs, mendProbability }: FaultPlan): string {
  const sum = [...weights.values()].reduce((a, b) => a + b, 0);
  const kinds = [...weights].map(([kind, weight]) => {
    return `${kind} ${(((1 - mendProbability) * weight) / sum).toFixed(3)}`;
  });
  const often = `every ${everyMs.min}–${everyMs.max} ms`;
  return `${often}: mend ${mendProbability}, ${kinds.join(', ') || 'nothing else'}`;
}

export class Faults {
  readonly #world: SimWorld;
  readonly #random: SimRandom;
  readonly #plan: FaultPlan;
  /** Servers that are not hit any more: they were mended first. */
  readonly #spared = new Set<SimServer>();
  #isOver = false;

  constructor(world: SimWorld, random: SimRandom, plan: FaultPlan) {
    this.#world = world;
    this.#random = random;
    this.#plan = plan;
  }

  start(): void {
    this.#schedule();
  }

  /** From now on these servers, and what lies between them, are well and stay so. */
  spare(servers: readonly SimServer[]): void {
    const world = this.#world;
    for (const server of servers) this.#spared.add(server);
    world.note('fault', 'all', () => `faults spare ${servers.map(({ id }) => id).join(' ')}`);
    mendNetwork(world);
    for (const server of servers) mendServer(world, server);
    if (this.#targets.length === 0) this.#isOver = true;
  }

  /** Servers that may be hit. */
  get #targets(): readonly SimServer[] {
    return this.#world.present.filter((server) => !this.#spared.has(server));
  }

  #schedule(): void {
    const { everyMs } = this.#plan;
    this.#world.clock.after(this.#random.between(everyMs.min, everyMs.max), () => {
      if (this.#isOver) return;
      this.#happen();
      this.#schedule();
    });
  }

  #happen(): void {
    const world = this.#world;
    const random = this.#random;
    const targets = this.#targets;
    if (random.chance(this.#plan.mendProbability)) {
      if (random.chance(0.7)) this.#mendNetwork();
      for (const server of random.some(targets, 0.7)) mendServer(world, server);
      return;
    }
    const kind = this.#drawKind();
    if (kind !== undefined) faultActions[kind]({ world, random, targets });
    // What lies between the spared servers stays whole, whatever was done to the network.
    if (targets.length < world.present.length) this.#sparePaths();
  }

  #drawKind(): FaultKind | undefined {
    const { weights } = this.#plan;
    const sum = [...weights.values()].reduce((a, b) => a + b, 0);
    let left = this.#random.next() * sum;
    for (const [kind, weight] of weights) {
      left -= weight;
      if (left < 0) return kind;
    }
    return undefined;
  }

  #mendNetwork(): void {
    mendNetwork(this.#world);
  }

  #sparePaths(): void {
    const { network, servers } = this.#world;
    const spared = servers.filter((server) => this.#spared.has(server));
    for (const a of spared) for (const b of spared) network.unblock(a.id, b.id);
    network.calm(spared.map(({ id }) => id));
  }
}
