/**
 * How a server is to be shown: in which condition it is, by what it says and, where it says
 * nothing, by what the others say of it; and what is wrong with the whole, as the doctor finds it.
 */
import type { ClusterLook, Link, Seen, ServerReport } from '../doctor/cluster-look.js';
import { diagnose, type Diagnosis } from '../doctor/diagnose.js';
import type { ClusterState, ServerState } from './cluster-state.js';

/**
 * `down`: the page hears it no more, or others cannot reach it, and nobody hears it. `unseen`: the
 * page does not hear it, and that is all that is known, or others do. `joining`: it does not count
 * yet, as one that is new, or forgot something, or is a learner.
 */
export type Condition =
  'leader' | 'follower' | 'candidate' | 'joining' | 'crashed' | 'down' | 'unseen' | 'waiting';

export interface ServerView {
  readonly id: number;
  readonly address: string;
  readonly condition: Condition;
  /** The condition in a word or two. */
  readonly word: string;
  readonly term: number | undefined;
  readonly votedFor: number | undefined;
  /** Whom it takes for the leader. */
  readonly follows: number | undefined;
  /** Entries that it lacks of the leader's log; undefined when nobody knows. */
  readonly lag: number | undefined;
  /** What ails its disk, in a word or two; undefined while it works. */
  readonly diskTrouble: string | undefined;
  /** Calls that wait for their answer. */
  readonly queued: number;
  /** Whom it is cut off from on purpose. */
  readonly cutFrom: readonly number[];
}

/** Heard by others within this time, a server runs. */
const heardMsMax = 1_000;

/** The disk is not waited for without a word. */
const slowDiskMs = 1_000;

const words: Readonly<Record<Condition, string>> = {
  leader: 'leader',
  follower: 'follower',
  candidate: 'candidate',
  joining: 'does not count yet',
  crashed: 'crashed',
  down: 'down',
  unseen: 'not seen from here',
  waiting: 'connecting',
};

export function viewServers(state: ClusterState): readonly ServerView[] {
  const leader = newestLeader(state);
  return state.servers.map((server) => viewServer(server, state, leader));
}

/** The server that leads in the newest term, by its own word. */
export function newestLeader(state: ClusterState): ServerState | undefined {
  return state.servers
    .filter(({ contact, report }) => contact === 'heard' && report?.role === 'leader')
    .toSorted((a, b) => (b.report?.term ?? 0) - (a.report?.term ?? 0))[0];
}

function viewServer(
  server: ServerState,
  state: ClusterState,
  leader: ServerState | undefined,
): ServerView {
  const { id, address, report } = server;
  const isLearner = learnersOf(leader).includes(id);
  const condition = conditionOf(server, state, isLearner);
  return {
    ...{ id, address, condition, word: words[condition] },
    term: report?.term,
    votedFor: report?.votedFor,
    follows: report?.leaderId,
    lag: lagOf(server, leader),
    diskTrouble: server.contact === 'heard' ? diskTrouble(report) : undefined,
    queued: server.contact === 'heard' && report ? report.pendingUpdates + report.pendingReads : 0,
    cutFrom: report?.unreachable ?? [],
  };
}

function conditionOf(server: ServerState, state: ClusterState, isLearner: boolean): Condition {
  const { contact, report } = server;
  if (contact === 'waiting') return 'waiting';
  if (contact === 'silent') return isDown(server, state) ? 'down' : 'unseen';
  if (report === undefined) return 'waiting';
  const { role, standing } = report;
  const counts = !isLearner && (standing === 'member' || standing === 'founding');
  return role === 'crashed' || counts ? role : 'joining';
}

/** Who is sent everything and counted nowhere yet. */
function learnersOf(leader: ServerState | undefined): readonly number[] {
  const members = leader?.report?.members ?? [];
  return members.filter(({ voter }) => !voter).map(({ id }) => id);
}

function lagOf(server: ServerState, leader: ServerState | undefined): number | undefined {
  const lastIndex = leader?.report?.lastLogIndex;
  if (lastIndex === undefined || leader === server) return undefined;
  const known = leader?.report?.followers.find(({ serverId }) => serverId === server.id);
  const own = server.contact === 'heard' ? server.report?.lastLogIndex : undefined;
  // A new leader takes the log of whoever has not answered it for empty.
  const has = known?.silentMs === undefined ? own : known.matchIndex;
  return has === undefined ? undefined : Math.max(0, lastIndex - has);
}

function diskTrouble(report: ServerReport | undefined): string | undefined {
  if (report === undefined) return undefined;
  if (report.storageError !== undefined) return 'the disk refuses';
  return report.diskSilentMs > slowDiskMs ? 'the disk does not answer' : undefined;
}

function linksTo(id: number, { servers }: ClusterState): readonly Link[] {
  return servers
    .filter((other) => other.id !== id && other.contact === 'heard')
    .flatMap(({ report }) => report?.links ?? [])
    .filter((link) => link.id === id);
}

/** A page that never heard a server may be the only one that does not. */
function isDown(server: ServerState, state: ClusterState): boolean {
  if (isHeardByOthers(server, state)) return false;
  const isMissed = linksTo(server.id, state).some(({ failure }) => failure !== undefined);
  return server.report !== undefined || isMissed;
}

function isHeardByOthers({ id }: ServerState, state: ClusterState): boolean {
  return linksTo(id, state)
    .filter(({ failure }) => failure === undefined)
    .some(({ answeredMs, heardMs }) =>
      [answeredMs, heardMs].some((ms) => ms !== undefined && ms < heardMsMax),
    );
}

/** What the doctor says of it all. `target`: how commands are to name the cluster. */
export function diagnoseState(state: ClusterState, target: string): Diagnosis {
  const look: ClusterLook = {
    servers: state.servers.map((server) => ({
      id: server.id,
      address: server.address,
      seen: seenOf(server, state),
    })),
    ...{ config: undefined, target, learners: learnersOf(newestLeader(state)), others: [] },
  };
  return diagnose(look);
}

function seenOf(server: ServerState, state: ClusterState): Seen {
  if (server.contact === 'heard' && server.report !== undefined) {
    return { kind: 'report', report: server.report, clockAheadMs: undefined };
  }
  const failure = linksTo(server.id, state).find((link) => link.failure !== undefined)?.failure;
  // A browser does not say why it gets no answer; servers do.
  const isRefused = failure?.includes('ECONNREFUSED') === true;
  const reason = failure ?? 'this browser gets no answer';
  return { kind: 'silent', why: isRefused ? 'refused' : 'unreachable', reason };
}
