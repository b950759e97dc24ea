/** Looks at clusters in tests: all is well, but for what a test changes. */
import type {
  ClusterLook,
  Link,
  ReportedStanding,
  Seen,
  ServerReport,
} from '../../src/doctor/cluster-look.js';

export const nowMs = 1_764_000_000_000;

export function addressOf(id: number): string {
  return `host${id}:9001`;
}

/** What server `id` of `size` tells in a cluster that server 0 leads in term 3. */
export function report(
  id: number,
  size: number,
  changes: Partial<ServerReport> = {},
): ServerReport {
  const others = Array.from({ length: size }, (_, other) => other).filter((other) => other !== id);
  return {
    serverId: id,
    role: id === 0 ? 'leader' : 'follower',
    term: 3,
    leaderId: 0,
    commitIndex: 9,
    lastApplied: 9,
    ...{ lastLogIndex: 9, firstLogIndex: 1, durableIndex: 9, snapshotIndex: 0, votedFor: 0 },
    standing: 'member' satisfies ReportedStanding,
    peers: Array.from({ length: size }, (_, peer) => ({ id: peer, address: addressOf(peer) })),
    followers:
      id === 0 ? others.map((serverId) => ({ serverId, matchIndex: 9, silentMs: 40 })) : [],
    links:
      id === 0
        ? others.map((other) => link(other, { answeredMs: 40 }))
        : [link(0, { heardMs: 40 })],
    ...{ unreachable: [], unreachableDirection: 'both' },
    ...{ storageError: undefined, diskSilentMs: 0, stateMismatch: undefined },
    ...{ pendingUpdates: 0, pendingReads: 0, files: 2, uptimeSeconds: 3_600, version: '1.2.3' },
    ...{ clockMs: nowMs, configDigest: 'c0ffee', dataSinceMs: nowMs - 86_400_000 },
    format: 3,
    ...{
      members: undefined,
      membersCommitted: true,
      removed: false,
      awaitedJoins: [],
      file: undefined,
    },
    ...changes,
  };
}

export function link(id: number, changes: Partial<Link> = {}): Link {
  return { id, answeredMs: undefined, heardMs: undefined, failure: undefined, ...changes };
}

export function told(of: ServerReport, clockAheadMs = 0): Seen {
  return { kind: 'report', report: of, clockAheadMs };
}

/** A cluster of `size`; what is seen of some of its servers may be given. */
export function look(
  size: number,
  changes: Readonly<Record<number, Partial<ServerReport> | Seen>> = {},
  others: Partial<ClusterLook> = {},
): ClusterLook {
  return {
    servers: Array.from({ length: size }, (_, id) => {
      const change = changes[id] ?? {};
      const seen = 'kind' in change ? change : told(report(id, size, change));
      return { id, address: addressOf(id), seen };
    }),
    ...{ learners: [], others: [] },
    config: {
      digest: 'c0ffee',
      servers: Array.from({ length: size }, (_, id) => ({ id, address: addressOf(id) })),
    },
    target: 'c.txt',
    ...others,
  };
}

export const mute: Seen = { kind: 'silent', why: 'mute', reason: 'no answer within 2000 ms' };
export const refused: Seen = {
  ...{ kind: 'silent', why: 'refused', reason: 'connect ECONNREFUSED' },
};
