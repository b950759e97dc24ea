/**
 * What is known about the judged cluster before the first check: its servers, which of them answer,
 * how its methods are spelled and which optional ones it has.
 */
import { unreachable } from '../../src/base/assert.js';
import type { Access } from '../wire/access.js';
import { formatAddress } from '../wire/address.js';
import { saysMethodUnknown } from '../wire/answer.js';
import type { CallScope } from '../wire/call-scope.js';
import type { Ability, Need } from './need.js';
import { DiscoveryError } from './discovery-error.js';
import type { Processes } from './processes.js';
import { isSignOfLife, pingByAnyName } from './sign-of-life.js';
import { Server, type Seat } from '../wire/server.js';
import { contractSpelling, findSpelling, type Spelling } from '../wire/spelling.js';
import type { Timing } from './timing.js';

export interface Target {
  /** All servers of the configuration, by id. */
  readonly seats: readonly Seat[];
  /** Those that answered `ping` at the start. Never empty. */
  readonly reachable: readonly Seat[];
  readonly spelling: Spelling;
  readonly abilities: ReadonlySet<Ability>;
  readonly timing: Timing;
  /** Plain HTTP, if left out. */
  readonly access?: Access | undefined;
  /** Begins the file names of this run, so that no other run can have used them. */
  readonly runName: string;
  /** The servers' processes, when the tester started them itself. */
  readonly processes?: Processes;
}

/** Calls that show whether a method exists; none of them changes anything that lasts. */
const probes: readonly (readonly [ability: Ability, method: string, params: unknown[]])[] = [
  ['introspection', 'system.listMethods', []],
  ['multicall', 'system.multicall', [[]]],
  ['getfileinfo', 'getfileinfo', ['probe']],
  ['getfileinfopage', 'getfileinfopage', ['', 1]],
  ['getinternalstate', 'getinternalstate', []],
  // With one argument too many: a right call would move the leadership.
  ['setleader', 'setleader', ['probe']],
  ['sendheartbeat', 'sendheartbeat', []],
  ['makeserverunreachablefrom', 'makeserverunreachablefrom', [[]]],
  ['crash', 'restore', []],
];

/**
 * Learns the target from the first server that answers. Throws `DiscoveryError` when none does,
 * which happens when a server tells addresses that cannot be reached from here.
 */
export async function surveyTarget(
  seats: readonly Seat[],
  timing: Timing,
  scope: CallScope,
  access?: Access,
): Promise<Target> {
  const link = { spelling: contractSpelling, callMs: timing.callMs, scope, access };
  const pings = await Promise.all(seats.map((seat) => pingByAnyName(new Server(seat, link))));
  const reachable = pings.filter(isSignOfLife).map((ping) => ping.server);
  const [first] = reachable;
  if (first === undefined) {
    const told = seats.map((seat) => formatAddress(seat.address)).join(', ');
    throw new DiscoveryError(`none of the servers of the cluster can be reached: ${told}`);
  }
  const spelling = await findSpelling(
    async (name, params) => (await first.callByName(name, params)).answer,
  );
  return {
    seats,
    reachable: reachable.map((server) => server.seat),
    spelling,
    abilities: await findAbilities(new Server(first.seat, { ...link, spelling })),
    ...{ timing, access },
    runName: `tester-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`,
  };
}

/** A silence or nonsense is no proof that a method is missing: checks must see and report it. */
async function findAbilities(server: Server): Promise<ReadonlySet<Ability>> {
  const found = await Promise.all(
    probes.map(async ([ability, method, params]) => {
      const verbatim = method.startsWith('system.');
      const call = verbatim ? server.callByName(method, params) : server.call(method, params);
      const { answer } = await call;
      return saysMethodUnknown(answer) ? [] : [ability];
    }),
  );
  return new Set(found.flat());
}

/** How many servers may be crashed while the rest still is a majority of all. */
export function spareServers(target: Target): number {
  return target.reachable.length - majorityOf(target);
}

export function majorityOf(target: Target): number {
  return Math.floor(target.seats.length / 2) + 1;
}

/** Why a check that kills or starts processes is skipped. */
export const startedByOthers = 'the tester did not start the servers (--start)';

/** Why the cluster cannot give what a check needs; undefined when it can. */
export function lackOf(need: Need, target: Target): string | undefined {
  const spare = spareServers(target);
  switch (need) {
    case 'followers':
      if (target.reachable.length > 1) return undefined;
      return target.seats.length > 1 ? 'no follower answers' : 'a single server has no followers';
    case 'spare-server':
      return spare >= 1 ? undefined : 'needs a majority without one of its servers';
    case 'two-spare-servers':
      return spare >= 2 ? undefined : 'needs a majority without two of its servers';
    case 'own-servers':
      return target.processes === undefined ? startedByOthers : undefined;
    case 'introspection':
      return target.abilities.has(need) ? undefined : 'system.listMethods is not served';
    case 'multicall':
      return target.abilities.has(need) ? undefined : 'system.multicall is not served';
    case 'getfileinfo':
    case 'getfileinfopage':
    case 'getinternalstate':
    case 'setleader':
    case 'sendheartbeat':
    case 'makeserverunreachablefrom':
      return target.abilities.has(need) ? undefined : `${need} is not served`;
    default:
      return unreachable(need);
  }
}
