/**
 * The HTTP header by which a server names itself to its peers. It grants longer bodies, and a call
 * in another server's name is refused; it proves nothing; the
 * cluster's secret does, where one is set.
 */
export const peerHeader = 'x-surfraft-peer';

/** Headers that browsers send for the pages that they show, and none of the cluster's programs. */
export const pageHeaders = ['origin', 'sec-fetch-site'] as const;
