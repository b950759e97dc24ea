/** The kinds of faults, each with a way to do it at random, and ways to mend what they broke. */
import type { ServerId } from '../../src/base/ids.js';
import { healthyDisk } from './disk/sim-disk.js';
import { calmWeather } from './sim-network.js';
import type { SimRandom } from './sim-random.js';
import type { Life, SimServer } from './sim-server.js';
import { minorityOf, type SimWorld } from './sim-world.js';

/** Where faults may happen: in the end a majority is spared. */
export interface FaultScope {
  readonly world: SimWorld;
  readonly random: SimRandom;
  /** Servers that may be hit themselves. */
  readonly targets: readonly SimServer[];
}

type Action = (scope: FaultScope) => void;

export const faultActions = {
  kill: ({ random, targets }) => {
    const server = random.pick(targets);
    if (server.isUp) server.kill(false);
    else server.start();
  },
  powerLoss: ({ random, targets }) => {
    const server = random.pick(targets);
    if (server.isUp) server.kill(true);
    else server.start();
  },
  powerLossOfAll: ({ random, targets }) => {
    for (const server of targets) if (server.isUp) server.kill(true);
    for (const server of random.some(targets, 0.8)) server.start();
  },
  leaderLoss: ({ world, random, targets }) => {
    const { leader } = world;
    if (leader === undefined || !targets.includes(leader)) return;
    leader.kill(random.chance(0.5));
    if (random.chance(0.7)) leader.start();
  },
  rivals: ({ world, random, targets }) => {
    const rivals = random.some(targets, 0.6).filter(({ life }) => isAtWork(life));
    world.note('fault', 'all', () => `${rivals.map(({ id }) => `s${id}`).join(' ')} want to lead`);
    for (const { life } of rivals) life?.replica.setLeader(() => undefined);
  },
  start: ({ random, targets }) => {
    for (const server of random.some(targets, 0.7)) if (!server.isUp) server.start();
  },
  stop: ({ world, random, targets }) => {
    const server = random.pick(targets);
    if (server.life === undefined || server.life.process.isPaused) return;
    world.note('fault', `s${server.id}`, () => 'is asked to stop');
    server.stop();
  },
  pause: ({ world, random, targets }) => {
    for (const server of targets) {
      const process = server.life?.process;
      if (process === undefined) continue;
      if (process.isPaused) process.resume();
      else if (random.chance(0.3)) process.pause();
      else continue;
      world.note('fault', `s${server.id}`, () => (process.isPaused ? 'is paused' : 'goes on'));
    }
  },
  crash: ({ random, targets }) => {
    for (const { life } of targets) {
      if (life === undefined || life.process.isPaused || !random.chance(0.4)) continue;
      if (life.replica.isCrashed()) {
        life.replica.restore();
        continue;
      }
      life.replica.crash();
      if (random.chance(0.5)) life.replica.restore();
    }
  },
  cut: ({ world, random, targets }) => {
    const ids = world.servers.map((server) => server.id);
    for (const { life } of targets) {
      if (life === undefined || life.process.isPaused || !random.chance(0.4)) continue;
      const servers = random.chance(0.4) ? [] : random.some(ids, 0.4);
      life.replica.setUnreachable(servers, random.pick(['both', 'send', 'receive'] as const));
    }
  },
  partition: (scope) => {
    const { world, random } = scope;
    world.network.heal();
    if (random.chance(0.3)) return;
    const side = random.chance(0.5) ? random.some(world.servers, 0.5) : leaderSide(world);
    const isOneWay = random.chance(0.4);
    const ids = side.map(({ id }) => id);
    world.note('fault', 'net', () => `parts ${ids.join(' ')}${isOneWay ? ', one way' : ''}`);
    world.network.part(ids, random.chance(0.5) && isOneWay ? 'in' : isOneWay ? 'out' : 'both');
  },
  partialPartition: ({ world, random }) => {
    world.network.heal();
    const pairs = pairsOf(world).filter(() => random.chance(0.3));
    world.note('fault', 'net', () => `parts ${pairs.map(([a, b]) => `${a}|${b}`).join(' ')}`);
    for (const [a, b] of pairs) world.network.blockBoth(a, b);
  },
  ring: ({ world }) => {
    world.network.heal();
    const count = world.servers.length;
    world.note('fault', 'net', () => 'is a ring');
    for (const [a, b] of pairsOf(world)) {
      const apart = (b - a + count) % count;
      if (apart !== 1 && apart !== count - 1) world.network.blockBoth(a, b);
    }
  },
  starve: ({ world, random }) => {
    const { leader, servers } = world;
    const isLeaderOnly = leader !== undefined && random.chance(0.6);
    const some = isLeaderOnly ? [leader] : random.some(servers, 0.7);
    const starving = random.chance(0.3) ? [] : some;
    const ids = starving.map(({ id }) => id);
    world.note('fault', 'net', () => `loses the entries of ${ids.join(' ') || 'nobody'}`);
    world.network.starve(ids);
  },
  weather: ({ world, random }) => {
    world.network.weather = {
      latencyMs: { min: 0.1, max: random.pick([1, 5, 30, 150]) },
      lossProbability: random.pick([0, 0, 0.02, 0.2]),
      repeatProbability: random.pick([0, 0.02, 0.1, 0.4]),
    };
    world.note('fault', 'net', () => `weather ${JSON.stringify(world.network.weather)}`);
  },
  slowDisk: ({ random, targets }) => {
    for (const { disk } of random.some(targets, 0.5)) {
      disk.health = {
        ...disk.health,
        syncMs: { min: 0.2, max: random.pick([1, 2, 20, 200, 900]) },
      };
    }
  },
  diskErrors: (scope) => {
    const { random } = scope;
    const errorProbability = random.pick([0.01, 0.2, 1]);
    hurtDisk(scope, 'has errors', { errorProbability, liesAfterErrors: random.chance(0.5) });
  },
  passingDiskErrors: ({ world, random, targets }) => {
    const { id, disk } = random.pick(targets);
    world.note('fault', `s${id}`, () => 'its disk has errors for a moment, and lies');
    disk.health = { ...disk.health, errorProbability: 1, liesAfterErrors: true };
    world.clock.after(random.between(5, 50), () => {
      disk.health = { ...disk.health, errorProbability: 0 };
    });
  },
  fullDisk: (scope) => {
    const more = scope.random.integer(0, 2_000);
    hurtDisk(scope, 'is full', ({ contents }) => ({ roomBytes: contents.usedBytes + more }));
  },
  hangingDisk: (scope) => {
    hurtDisk(scope, 'hangs', { isHanging: true });
  },
  bitFlip: ({ world, random, targets }) => {
    const server = random.pick(targets);
    if (!mayBeDamaged(world, server)) return;
    const place = drawFlip(server, random);
    if (place === undefined) return;
    world.note('fault', `s${server.id}`, () => `bit ${place.bit} of its ${place.name} flips`);
    server.flipBit(place.name, place.bit);
    if (server.isUp && random.chance(0.6)) server.kill(random.chance(0.3));
    if (!server.isUp && random.chance(0.7)) server.start();
  },
  wipe: ({ world, random, targets }) => {
    const server = random.pick(targets);
    if (!mayBeDamaged(world, server)) return;
    world.note('fault', `s${server.id}`, () => 'is wiped');
    if (server.isUp) server.kill(true);
    server.wipe();
    if (random.chance(0.7)) server.start();
  },
} satisfies Record<string, Action>;

export type FaultKind = keyof typeof faultActions;

export const faultKinds: readonly FaultKind[] = Object.keys(faultActions).filter(isFaultKind);

function isFaultKind(name: string): name is FaultKind {
  return name in faultActions;
}

export function mendNetwork(world: SimWorld): void {
  world.note('fault', 'net', () => 'is whole again');
  world.network.heal();
  world.network.weather = calmWeather;
}

/** The machine is as good as new: its disk works, its process runs. */
export function mendServer(world: SimWorld, server: SimServer): void {
  const { life } = server;
  if (!isWell(server)) world.note('fault', `s${server.id}`, () => 'is mended');
  server.disk.health = healthyDisk;
  if (life === undefined) {
    if (!server.isUp) server.start();
    return;
  }
  life.process.resume();
  // A server on its way down comes back with a new process only.
  if (life.isStopping) {
    server.kill(false);
    server.start();
    return;
  }
  life.replica.restore();
}

/**
 * What a cluster must survive: a minority that forgets, and only those whom the others could make
 * good for whatever they forgot before.
 */
function mayBeDamaged(world: SimWorld, server: SimServer): boolean {
  const { members, changesMembers } = world;
  if (!members.includes(server)) return false;
  const voters = world.configuration.members.filter(({ voter }) => voter).length;
  // With a voter less, which may be in force somewhere, the minority is smaller.
  const count = changesMembers ? voters - 1 : voters;
  const forgetful = members.filter(({ hasForgotten }) => hasForgotten).length;
  const { hardState } = server.durable;
  return !server.hasForgotten && forgetful < minorityOf(count) && hardState?.standing === 'member';
}

/**
 * A bit that recovery can know to be wrong. Of the last write of a log nobody can tell whether it
 * was finished: a bit that flips there is spared.
 */
function drawFlip(
  { disk }: SimServer,
  random: SimRandom,
): { readonly name: string; readonly bit: number } | undefined {
  const names = disk.contents.names();
  const kind = random.pick(['log-', 'log-', 'snapshot-', 'hard-state']);
  const chosen = names.filter((name) => name.startsWith(kind));
  const name = random.pick(chosen.length > 0 ? chosen : names);
  const { current, lastDurableAt } = disk.contents.file(name);
  const bytes = name.startsWith('log-') ? lastDurableAt : current.size;
  return bytes === 0 ? undefined : { name, bit: random.integer(0, 8 * bytes - 1) };
}

function isAtWork(life: Life | undefined): boolean {
  return life !== undefined && !life.process.isPaused && !life.isStopping;
}

function isWell({ life, disk }: SimServer): boolean {
  if (life === undefined || disk.health !== healthyDisk) return false;
  const { process, replica } = life;
  return !process.isPaused && !replica.isCrashed() && replica.status().unreachable.length === 0;
}

type DiskHurt = Partial<typeof healthyDisk>;

function hurtDisk(
  { world, random, targets }: FaultScope,
  what: string,
  hurt: DiskHurt | ((disk: SimServer['disk']) => DiskHurt),
): void {
  const server = random.pick(targets);
  const { disk } = server;
  const isHurt = disk.health === healthyDisk || random.chance(0.5);
  const change = typeof hurt === 'function' ? hurt(disk) : hurt;
  disk.health = isHurt ? { ...disk.health, ...change } : healthyDisk;
  world.note('fault', `s${server.id}`, () => (isHurt ? `its disk ${what}` : 'its disk is well'));
}

/** The leader with as many others as leave it without a majority: the partition that hurts. */
function leaderSide({ leader, servers }: SimWorld): readonly SimServer[] {
  if (leader === undefined) return [];
  const others = servers.filter((server) => server !== leader);
  const minority = Math.ceil(servers.length / 2) - 1;
  return [leader, ...others].slice(0, Math.max(1, minority));
}

function pairsOf({ servers }: SimWorld): readonly [ServerId, ServerId][] {
  return servers.flatMap(({ id }) =>
    servers.filter((other) => other.id > id).map((other): [ServerId, ServerId] => [id, other.id]),
  );
}
