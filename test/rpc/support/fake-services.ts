/** What methods are served from in tests: a replica that is none, of a cluster of three. */
import { asServerId } from '../../../src/base/ids.js';
import { ClusterMembers } from '../../../src/rpc/cluster-members.js';
import type { MethodServices } from '../../../src/rpc/method-services.js';
import { Neighbours } from '../../../src/rpc/neighbours.js';
import type { ServerAddress } from '../../../src/rpc/server-address.js';
import type { FakeReplica } from './fake-replica.js';

export const threeServers: readonly ServerAddress[] = [0, 1, 2].map((id) => ({
  id: asServerId(id),
  host: 'localhost',
  port: 9501 + id,
}));

/** Those of server 0. */
export function fakeServices(replica: FakeReplica, nowMs: () => number): MethodServices {
  const serverId = asServerId(0);
  const members = new ClusterMembers({
    ...{ serverId, file: threeServers, status: () => replica.status() },
  });
  return {
    serverId,
    members,
    replica,
    files: replica.files,
    site: replica.state.site,
    commands: replica.state,
    neighbours: new Neighbours({
      hosts: () => members.hosts,
      lookUp: () => Promise.resolve(['127.0.0.1']),
      now: () => performance.now(),
    }),
    configDigest: 'c0ffee',
    dataSinceMs: 7,
    findOlder: () => Promise.resolve(replica.older),
    formats: () => ({ newest: 3, inUse: 2 }),
    nowMs,
  };
}
