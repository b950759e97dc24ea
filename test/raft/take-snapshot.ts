/** A server of a cluster of cores takes a snapshot of its state, at once or in two steps. */
import { asLogIndex } from '../../src/base/ids.js';
import type { RaftCluster } from './raft-cluster.js';

/** Freezes the state of a server, to be written aside. */
export function openSnapshot(cluster: RaftCluster, id: number): void {
  const server = cluster.server(id);
  const last = server.applied.at(-1);
  if (last === undefined || server.crashed) return;
  const position = { index: last.index, term: last.term };
  const configuration = server.raft.configurationBytesAt(last.index);
  server.openSnapshot = { position, configuration, state: [...server.applied] };
}

/** The snapshot is on disk; the log keeps `tail` of the entries that it replaces. */
export function commitSnapshot(cluster: RaftCluster, id: number, tail = 0): void {
  const server = cluster.server(id);
  const snapshot = server.openSnapshot;
  if (snapshot === undefined || server.crashed) return;
  server.openSnapshot = undefined;
  const { position } = snapshot;
  const keepFrom = asLogIndex(Math.max(1, position.index + 1 - tail));
  cluster.trace.push(`${id} has a snapshot through ${position.index}, keeps from ${keepFrom}`);
  server.disk.commitSnapshot(snapshot);
  server.disk.compact(asLogIndex(keepFrom - 1));
  cluster.step(id, { type: 'snapshotTaken', position, keepFrom });
}

export function takeSnapshot(cluster: RaftCluster, id: number, tail = 0): void {
  openSnapshot(cluster, id);
  commitSnapshot(cluster, id, tail);
}
