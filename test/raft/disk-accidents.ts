/** A server of a cluster of cores is killed, and its disk is not what it was when it starts. */
import type { LogIndex } from '../../src/base/ids.js';
import type { HardState } from '../../src/raft/effects.js';
import { joiningServer } from './make.js';
import type { RaftCluster } from './raft-cluster.js';

/** Everything is gone. */
export function wipe(cluster: RaftCluster, id: number): void {
  const server = cluster.server(id);
  server.disk.wipe(joiningServer(id, server.life + 1));
  beginLife(cluster, id, 'is wiped');
}

/** The log ends with entry `lastIndex`, and the hard state is the same but for these parts. */
export function damage(
  cluster: RaftCluster,
  id: number,
  lastIndex: LogIndex,
  parts: Partial<HardState> = {},
): void {
  const { disk } = cluster.server(id);
  disk.damage({ ...disk.hardState, ...parts, standing: 'refilling' }, lastIndex);
  beginLife(cluster, id, `is damaged behind entry ${lastIndex}`);
}

function beginLife(cluster: RaftCluster, id: number, what: string): void {
  cluster.trace.push(`${id} ${what}`);
  cluster.server(id).life += 1;
  cluster.checks.forgot(cluster.server(id).id);
  cluster.restart(id);
}
