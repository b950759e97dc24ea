/**
 * Which faults can be done to a cluster, and a word for each that cannot.
 */
import { startedByOthers, type Target } from '../cluster/target.js';
import { saysMethodUnknown } from '../wire/answer.js';
import type { Server } from '../wire/server.js';
import type { Finding } from '../history/finding.js';
import type { FaultKind } from './chaos-record.js';
import { readStatus, type Telling } from './watcher.js';

export interface Means {
  readonly kinds: readonly FaultKind[];
  /** `makeserverunreachablefrom` takes a direction. */
  readonly oneWay: boolean;
  readonly tells: Telling;
  /** What the run cannot show on this cluster, each as a promise with the reason. */
  readonly leftOut: readonly Finding[];
}

const throughFaults: Readonly<Record<FaultKind, string>> = {
  crash: 'all of this holds while servers crash and are restored',
  partition: 'all of this holds while servers cannot reach each other',
  transfer: 'all of this holds while other servers are told to lead',
  kill: 'all of this holds while processes are killed and started again',
  pause: 'all of this holds while processes stand still',
};

/** `mayKill`: the user wants processes to be killed and paused. */
export async function findMeans(target: Target, server: Server, mayKill: boolean): Promise<Means> {
  const { abilities, processes } = target;
  const kinds: FaultKind[] = [];
  const leftOut: Finding[] = [];
  const weigh = (kind: FaultKind, lack: string | undefined): void => {
    if (lack === undefined) kinds.push(kind);
    else leftOut.push({ promise: throughFaults[kind], verdict: { kind: 'unknown', why: lack } });
  };
  const unserved = (method: string, isServed: boolean): string | undefined =>
    isServed ? undefined : `${method} is not served`;
  weigh('crash', unserved('crash', abilities.has('crash')));
  const hasPartitions = abilities.has('makeserverunreachablefrom');
  weigh('partition', unserved('makeserverunreachablefrom', hasPartitions));
  weigh('transfer', unserved('setleader', await servesSetLeader(server)));
  if (mayKill) {
    const lack = processes === undefined ? startedByOthers : undefined;
    weigh('kill', lack);
    weigh('pause', lack);
  }
  const oneWay = hasPartitions && (await takesDirection(server));
  const status = (await readStatus(server)) !== undefined;
  return { kinds, oneWay, leftOut, tells: { state: abilities.has('getinternalstate'), status } };
}

/** With an argument that it does not take, the call is refused and moves no leader. */
async function servesSetLeader(server: Server): Promise<boolean> {
  const { answer } = await server.call('setleader', ['probe']);
  return !saysMethodUnknown(answer);
}

async function takesDirection(server: Server): Promise<boolean> {
  const { answer } = await server.call('makeserverunreachablefrom', [[], 'send']);
  return answer.kind === 'value';
}
