/** Calls of the leader that change the members of a cluster, repeated while that may still help. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  Busy,
  Crashed,
  NotLeader,
  OutcomeUnknown,
  UnexpectedAnswer,
  Unreachable,
} from '../client/client-errors.js';
import { memberOf } from '../client/struct-member.js';
import { reportingServers } from '../doctor/cluster-look.js';
import type { XmlValue } from '../rpc/xml-value.js';
import {
  callServer,
  lookAtCluster,
  toServer,
  type ChosenCluster,
  type ChosenServer,
} from './chosen-cluster.js';
import { StartError } from './start-error.js';

export interface ChangedMembers {
  /** Of the server that was added or removed. */
  readonly id: number;
  /** False when all was so already. */
  readonly changed: boolean;
  readonly nextId: number;
  readonly members: readonly ChangedMember[];
}

export interface ChangedMember {
  readonly id: number;
  readonly address: string;
  readonly role: 'voter' | 'learner';
}

const pauseMs = 200;

/** What may be gone in a moment; a change that was made already may be asked for again. */
const passing = [Busy, Crashed, NotLeader, OutcomeUnknown, Unreachable];

/** Throws the errors of client-errors.ts, and `StartError` when nobody leads for too long. */
export async function changeMembers(
  cluster: ChosenCluster,
  method: 'addmember' | 'removemember',
  param: XmlValue,
): Promise<ChangedMembers> {
  const untilMs = performance.now() + cluster.timeoutMs;
  for (;;) {
    const isLast = performance.now() > untilMs;
    const leader = await findLeader(cluster);
    if (leader !== undefined) {
      try {
        return toChanged(await callServer(cluster, leader, method, [param]));
      } catch (error) {
        if (isLast || !passing.some((kind) => error instanceof kind)) throw error;
      }
    } else if (isLast) {
      throw new StartError(
        `nobody leads, so the members cannot be changed; ` +
          `npx surfraft doctor ${cluster.target} may say why`,
      );
    }
    await wait(pauseMs);
  }
}

async function findLeader(cluster: ChosenCluster): Promise<ChosenServer | undefined> {
  const look = await lookAtCluster(cluster);
  const [leader] = reportingServers(look)
    .filter(({ report }) => report.role === 'leader')
    .toSorted((a, b) => b.report.term - a.report.term);
  return leader === undefined ? undefined : toServer(leader)[0];
}

function toChanged(answer: XmlValue): ChangedMembers {
  const [id, changed, nextId, members] = ['id', 'changed', 'nextId', 'members'].map((name) =>
    memberOf(answer, name),
  );
  const isWhole = typeof id === 'number' && typeof nextId === 'number' && Array.isArray(members);
  if (!isWhole) throw new UnexpectedAnswer('the answer is not that of a change of members');
  return {
    ...{ id, nextId, changed: changed === true },
    members: (members as readonly XmlValue[]).map(toMember),
  };
}

function toMember(value: XmlValue): ChangedMember {
  const [id, address, role] = ['id', 'address', 'role'].map((name) => memberOf(value, name));
  if (typeof id !== 'number' || typeof address !== 'string') {
    throw new UnexpectedAnswer('a member has no id and address');
  }
  return { id, address, role: role === 'voter' ? 'voter' : 'learner' };
}
