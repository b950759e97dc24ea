/**
 * The standard suite, in the order in which it runs: what disturbs the cluster comes last.
 */
import { apiChecks } from './checks/api-checks.js';
import { blockingChecks } from './checks/blocking-checks.js';
import { callChecks } from './checks/call-checks.js';
import { crashChecks } from './checks/crash-checks.js';
import { electionChecks } from './checks/election-checks.js';
import { failoverChecks } from './checks/failover-checks.js';
import { fateChecks } from './checks/fate-checks.js';
import { hostileChecks } from './checks/hostile-checks.js';
import { httpChecks } from './checks/http-checks.js';
import { leaderChecks } from './checks/leader-checks.js';
import { logChecks } from './checks/log-checks.js';
import { partitionChecks } from './checks/partition-checks.js';
import { processChecks } from './checks/process-checks.js';
import { raceChecks } from './checks/race-checks.js';
import { readChecks } from './checks/read-checks.js';
import { replicationChecks } from './checks/replication-checks.js';
import { requestChecks } from './checks/request-checks.js';
import { successionChecks } from './checks/succession-checks.js';
import { transferChecks } from './checks/transfer-checks.js';
import { versionChecks } from './checks/version-checks.js';
import { voteChecks } from './checks/vote-checks.js';
import type { Check } from './check.js';

export const standardSuite: readonly Check[] = [
  ...apiChecks,
  ...versionChecks,
  ...raceChecks,
  ...requestChecks,
  ...leaderChecks,
  ...replicationChecks,
  ...callChecks,
  ...httpChecks,
  ...hostileChecks,
  ...crashChecks,
  ...electionChecks,
  ...failoverChecks,
  ...transferChecks,
  ...logChecks,
  ...readChecks,
  ...blockingChecks,
  ...fateChecks,
  ...successionChecks,
  ...partitionChecks,
  ...voteChecks,
  ...processChecks,
];

/** The checks whose "group: name" contains one of `patterns`, in any letter case; all for none. */
export function selectChecks(suite: readonly Check[], patterns: readonly string[]): Check[] {
  const wanted = patterns.map((pattern) => pattern.toLowerCase());
  return suite.filter((check) => {
    const title = `${check.group}: ${check.name}`.toLowerCase();
    return wanted.length === 0 || wanted.some((pattern) => title.includes(pattern));
  });
}
