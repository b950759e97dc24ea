/**
 * The HTTP header by which a server names itself to its peers. It grants longer bodies, and a call
 * in another server's name is refused; it proves nothing; the
 * cluster's secret does, where one is set.
 */
export const peerHeader = 'x-surfraft-peer';

/**
 * The HTTP header by which a server names its cluster to its peers: the 32 hexadecimal digits of
 * `clusterIdOf`. An address may be that of a server of another cluster, too, or have become it.
 */
export const clusterHeader = 'x-surfraft-cluster';

/**
 * Why a call with this `clusterHeader` does not come from a server of `clusterId`, or undefined
 * when it may. Calls without one are let pass: other programs need not send it.
 */
export function findClusterMistake(
  header: string | readonly string[] | undefined,
  clusterId: string | undefined,
): string | undefined {
  if (header === undefined || clusterId === undefined || header === clusterId) return undefined;
  return (
    'the call is of another cluster, whose configuration has other addresses, or the same ones ' +
    'in another order'
  );
}

/** Headers that browsers send for the pages that they show, and none of the cluster's programs. */
export const pageHeaders = ['origin', 'sec-fetch-site'] as const;
