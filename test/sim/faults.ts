/**
 * What goes wrong in a run: kinds of faults, each with a way to do it at random. A seed enables
 * some of the kinds only, so that each has runs in which the others do not hide it.
 */
import type { SimRandom } from './sim-random.js';
import type { SimServer } from './sim-server.js';
import type { SimWorld } from './sim-world.js';

export interface FaultsOptions {
  readonly world: SimWorld;
  readonly random: SimRandom;
  /** Names of the kinds that may happen. */
  readonly kinds: readonly FaultKind[];
  /** Bounds of the time between two faults. */
  readonly everyMs: { readonly min: number; readonly max: number };
  /** Probability that something is mended instead: without it clusters soon do nothing at all. */
  readonly mendProbability: number;
}

export type FaultKind = keyof typeof actions;

type Action = (world: SimWorld, random: SimRandom) => void;

const actions = {
  kill: (world, random) => {
    const server = random.pick(world.servers);
    if (server.isUp) killServer(world, server);
    else startServer(world, server);
  },
  killAll: (world, random) => {
    for (const server of world.servers) if (server.isUp) killServer(world, server);
    for (const server of random.some(world.servers, 0.8)) startServer(world, server);
  },
  start: (world, random) => {
    for (const server of random.some(world.servers, 0.7)) {
      if (!server.isUp) startServer(world, server);
    }
  },
  stop: (world, random) => {
    const server = random.pick(world.servers);
    if (!server.isUp || server.up.process.isPaused) return;
    world.note(`s${server.id}`, () => 'is asked to stop');
    server.stop();
  },
  pause: (world, random) => {
    for (const { process, replica } of world.lives) {
      if (process.isPaused) process.resume();
      else if (random.chance(0.3)) process.pause();
      world.note(`s${replica.status().serverId}`, () => `paused: ${process.isPaused}`);
    }
  },
  crash: (world, random) => {
    for (const { process, replica } of world.lives) {
      if (process.isPaused || !random.chance(0.4)) continue;
      if (replica.isCrashed()) replica.restore();
      else replica.crash();
    }
  },
  cut: (world, random) => {
    const ids = world.servers.map((server) => server.id);
    for (const { process, replica } of world.lives) {
      if (process.isPaused || !random.chance(0.4)) continue;
      const servers = random.chance(0.4) ? [] : random.some(ids, 0.4);
      replica.setUnreachable(servers, random.pick(['both', 'send', 'receive'] as const));
    }
  },
  partition: (world, random) => {
    world.network.heal();
    if (random.chance(0.4)) return;
    const side = new Set(random.chance(0.5) ? random.some(world.servers, 0.5) : leaderSide(world));
    const isOneWay = random.chance(0.4);
    world.note('net', () => `parts ${[...side].map((server) => server.id).join(' ')}`);
    for (const a of side) {
      for (const b of world.servers) {
        if (side.has(b)) continue;
        world.network.block(a.id, b.id);
        if (!isOneWay) world.network.block(b.id, a.id);
      }
    }
  },
  weather: (world, random) => {
    const slowMs = random.pick([1, 5, 30, 150]);
    world.network.conditions = {
      latencyMs: { min: 0.1, max: slowMs },
      lossProbability: random.pick([0, 0, 0.02, 0.2]),
      repeatProbability: random.pick([0, 0.02, 0.1]),
    };
  },
  slowDisk: (world, random) => {
    for (const { disk } of world.servers) {
      disk.syncMs = { min: 0.2, max: random.pick([1, 2, 20, 200, 900]) };
    }
  },
  brokenDisk: (world, random) => {
    const server = random.pick(world.servers);
    server.disk.isFailing = !server.disk.isFailing;
    world.note(`s${server.id}`, () => `its disk fails: ${server.disk.isFailing}`);
  },
} satisfies Record<string, Action>;

export const faultKinds: readonly FaultKind[] = Object.keys(actions).filter(isFaultKind);

export class Faults {
  readonly #options: FaultsOptions;
  #isOver = false;

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#schedule();
  }

  /** No fault happens any more, and all that is broken is mended. */
  endAndMend(): void {
    this.#isOver = true;
    const { world } = this.#options;
    world.note('all', () => 'faults end, everything is mended');
    mendNetwork(world);
    for (const server of world.servers) mendServer(world, server);
  }

  #schedule(): void {
    const { world, random, everyMs, mendProbability, kinds } = this.#options;
    if (kinds.length === 0) return;
    world.clock.after(random.between(everyMs.min, everyMs.max), () => {
      if (this.#isOver) return;
      if (random.chance(mendProbability)) mendSome(world, random);
      else actions[random.pick(kinds)](world, random);
      this.#schedule();
    });
  }
}

/** The leader with as many others as leave it without a majority: the partition that hurts. */
function leaderSide(world: SimWorld): readonly SimServer[] {
  const { leader, servers } = world;
  if (leader === undefined) return [];
  const others = servers.filter((server) => server !== leader);
  const minority = Math.ceil(servers.length / 2) - 1;
  return [leader, ...others].slice(0, Math.max(1, minority));
}

function isFaultKind(name: string): name is FaultKind {
  return name in actions;
}

function mendNetwork(world: SimWorld): void {
  world.network.heal();
  world.network.conditions = {
    latencyMs: { min: 0.1, max: 1 },
    lossProbability: 0,
    repeatProbability: 0,
  };
}

function mendSome(world: SimWorld, random: SimRandom): void {
  if (random.chance(0.7)) mendNetwork(world);
  for (const server of random.some(world.servers, 0.7)) {
    world.note(`s${server.id}`, () => 'is mended');
    mendServer(world, server);
  }
}

function mendServer(world: SimWorld, server: SimServer): void {
  server.disk.isFailing = false;
  server.disk.syncMs = { min: 0.2, max: 2 };
  const { life } = server;
  if (life === undefined) {
    startServer(world, server);
    return;
  }
  life.process.resume();
  // A disk that failed, and a server on its way down, come back with a new process only.
  if (life.replica.status().storageError !== undefined || life.isStopping) {
    killServer(world, server);
    startServer(world, server);
    return;
  }
  life.replica.restore();
}

function killServer(world: SimWorld, server: SimServer): void {
  world.note(`s${server.id}`, () => 'is killed');
  server.kill();
}

function startServer(world: SimWorld, server: SimServer): void {
  if (server.isUp) return;
  world.note(`s${server.id}`, () => 'starts');
  server.start();
}
