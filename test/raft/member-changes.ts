/** Clusters of cores whose members change, and short ways to change and to see them. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import type { MemberChange } from '../../src/raft/effects.js';
import { addressOf } from '../fixtures/founders.js';
import { testTiming } from './make.js';
import { RaftCluster } from './raft-cluster.js';

const { electionTicksMin, heartbeatTicks } = testTiming;

export const add = (id: number): MemberChange => ({ type: 'add', address: addressOf(id) });
export const remove = (id: number): MemberChange => ({ type: 'remove', server: asServerId(id) });

/** Server 0 leads and has committed entries. */
export function makeCluster(size = 3): RaftCluster {
  const cluster = new RaftCluster({ size });
  cluster.elect(0);
  cluster.propose(0, 'a', 'b');
  cluster.run(heartbeatTicks);
  return cluster;
}

export const change = (cluster: RaftCluster, what: MemberChange, leader = 0): void => {
  cluster.step(leader, { type: 'changeMembers', change: what });
};

export const obstacle = (
  cluster: RaftCluster,
  what: MemberChange,
  leader = 0,
): string | undefined => cluster.server(leader).raft.obstacleTo(what);

export const votersOf = (cluster: RaftCluster, id: number): number[] =>
  cluster
    .server(id)
    .raft.configuration.members.filter(({ voter }) => voter)
    .map((member) => member.id);

export const idsOf = (cluster: RaftCluster, id: number): number[] =>
  cluster.server(id).raft.configuration.members.map((member) => member.id);

/** A fourth server, with a machine of its own, that has become a voter. */
export function makeGrown(): RaftCluster {
  const cluster = makeCluster();
  cluster.addMachine();
  change(cluster, add(3));
  cluster.run(4 * electionTicksMin);
  expect(votersOf(cluster, 0)).to.deep.equal([0, 1, 2, 3]);
  return cluster;
}
