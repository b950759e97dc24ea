/**
 * What is wrong with a cluster, and whether it works all the same. A function of one look: no
 * server is asked here, and nothing is guessed that no server said.
 */
import { findBrokenLinks } from './broken-links.js';
import { majorityOf, type ClusterLook } from './cluster-look.js';
import { findDifferingServers } from './differing-servers.js';
import { inOrder, type Finding } from './finding.js';
import { findMemberTroubles } from './members.js';
import { findSilentServers } from './silent-servers.js';
import { ableServers, findStandstill, workingLeader } from './standstill.js';
import { findTroubledServers } from './troubled-servers.js';

export interface Diagnosis {
  /** Whether updates and reads get their answers. */
  readonly works: boolean;
  readonly leaderId: number | undefined;
  /** Of that leader. */
  readonly term: number | undefined;
  /** For example `5 of 5 servers answer; server 1 leads in term 7; a majority is there`. */
  readonly summary: string;
  /** Causes before consequences; none when all is well. */
  readonly findings: readonly Finding[];
  /** Nothing works, and nothing stands in the way of an election: it may be under way. */
  readonly mayPass: boolean;
}

export function diagnose(look: ClusterLook): Diagnosis {
  const leader = workingLeader(look);
  const causes = [
    ...findSilentServers(look),
    ...findTroubledServers(look),
    ...findDifferingServers(look),
    ...findBrokenLinks(look),
    ...findMemberTroubles(look),
  ];
  return {
    works: leader !== undefined,
    leaderId: leader?.id,
    term: leader?.report.term,
    summary: summarize(look),
    findings: inOrder([...causes, ...findStandstill(look, causes.length > 0)]),
    mayPass: leader === undefined && ableServers(look).length >= majorityOf(look),
  };
}

function summarize(look: ClusterLook): string {
  const { servers } = look;
  const answering = servers.filter(({ seen }) => seen.kind === 'report').length;
  const start = `${answering} of ${servers.length} servers answer`;
  const leader = workingLeader(look);
  if (leader !== undefined) {
    const { id, report } = leader;
    return `${start}; server ${id} leads in term ${report.term}; a majority is there`;
  }
  const needed = majorityOf(look);
  const able = ableServers(look).length;
  const lack = able < needed ? 'no majority: ' : '';
  return `${start}; nobody leads a majority; ${lack}${able} can take part, ${needed} are needed`;
}
