/**
 * What a cluster can gain points in. Weights say how much of a consensus service an area is, not
 * how many checks it happens to have: a course may add checks without moving points.
 */

export interface GradeArea {
  readonly title: string;
  /** Groups of checks that belong to it. */
  readonly groups: readonly string[];
  /** Points for an area without a failure. */
  readonly pointsMax: number;
}

/**
 * The areas of the standard suite. Invariant: their points add up to 100.
 *
 * Half of the points are for what a client is promised while nothing fails (calls, versions, reads,
 * replication), half for what remains of it when servers fail, since that is why a cluster is
 * run at all. Hostile calls count least: they harm a service, but never its data.
 */
export const suiteAreas: readonly GradeArea[] = [
  { title: 'Calls and values', groups: ['api', 'http', 'names', 'arguments'], pointsMax: 12 },
  { title: 'Versions and races', groups: ['versions', 'races', 'request ids'], pointsMax: 15 },
  {
    title: 'Replication and the log',
    groups: ['replication', 'sendheartbeat', 'log'],
    pointsMax: 13,
  },
  { title: 'Reads are never stale', groups: ['reads'], pointsMax: 10 },
  {
    title: 'Leaders and elections',
    groups: ['leader', 'elections', 'votes', 'setleader'],
    pointsMax: 15,
  },
  { title: 'Crash and restore', groups: ['crash', 'processes'], pointsMax: 10 },
  { title: 'Failover', groups: ['failover', 'pending'], pointsMax: 10 },
  { title: 'No majority, no answer', groups: ['blocking', 'partition'], pointsMax: 10 },
  { title: 'Hostile calls', groups: ['hostile'], pointsMax: 5 },
];

/** Points on top of the suite's, for runs with chaos. */
export const chaosArea: GradeArea = { title: 'Chaos', groups: ['chaos'], pointsMax: 30 };

/** Points on top of the suite's, for runs with scenarios. */
export const scenarioArea: GradeArea = { title: 'Scenarios', groups: ['scenario'], pointsMax: 20 };
