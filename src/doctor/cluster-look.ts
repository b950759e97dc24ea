/**
 * One look at a cluster: what each server told of itself, or why it told nothing. Whoever looks
 * fills it in; everything else in this folder only reads it.
 */

export interface ServerAddress {
  readonly id: number;
  /** `host:port`. */
  readonly address: string;
}

export interface ClusterLook {
  /** The members in order of their ids, as the servers say; if none does, as the file says. */
  readonly servers: readonly ServerLook[];
  /** Those of them that are learners: they count nowhere yet. */
  readonly learners: readonly number[];
  /** Servers of the configuration file that are no members. */
  readonly others: readonly ServerLook[];
  /** The configuration by which the servers were found; undefined when one of them named them. */
  readonly config:
    { readonly digest: string; readonly servers: readonly ServerAddress[] } | undefined;
  /** How to name this cluster to a command, such as `myconfig.txt`. */
  readonly target: string;
}

export interface ServerLook extends ServerAddress {
  readonly seen: Seen;
}

/** What came of asking a server for its status. */
export type Seen =
  | {
      readonly kind: 'report';
      readonly report: ServerReport;
      /** By how much its clock is ahead of the one of whoever looks, in ms; half a way unsure. */
      readonly clockAheadMs: number | undefined;
    }
  | { readonly kind: 'silent'; readonly why: Silence; readonly reason: string }
  /** Something answers, and it is no server of this service. */
  | { readonly kind: 'stranger'; readonly reason: string }
  /** Something ends the connection: for want of TLS, or of another certificate, it seems. */
  | { readonly kind: 'refusing'; readonly reason: string };

/**
 * `refused`: nothing listens. `mute`: somebody listens, and said nothing in time. `unreachable`: no
 * connection came about. `unknownHost`: the name has no address.
 */
export type Silence = 'refused' | 'mute' | 'unreachable' | 'unknownHost';

export type Role = 'leader' | 'follower' | 'candidate' | 'crashed';
export type ReportedStanding = 'joining' | 'founding' | 'member' | 'refilling';
export type Direction = 'both' | 'send' | 'receive';

/** The page `/status` (docs/api.md). Members that older servers do not tell may be undefined. */
export interface ServerReport {
  readonly serverId: number;
  readonly role: Role;
  readonly term: number;
  readonly leaderId: number | undefined;
  readonly commitIndex: number;
  readonly lastApplied: number;
  readonly lastLogIndex: number;
  readonly firstLogIndex: number | undefined;
  readonly durableIndex: number | undefined;
  readonly snapshotIndex: number | undefined;
  /** Who has its vote in this term. */
  readonly votedFor: number | undefined;
  readonly standing: ReportedStanding;
  readonly peers: readonly ServerAddress[];
  readonly followers: readonly FollowerReport[];
  readonly links: readonly Link[];
  readonly unreachable: readonly number[];
  readonly unreachableDirection: Direction;
  readonly storageError: string | undefined;
  readonly diskSilentMs: number;
  readonly stateMismatch:
    { readonly index: number; readonly servers: readonly number[] } | undefined;
  readonly pendingUpdates: number;
  readonly pendingReads: number;
  readonly files: number;
  readonly uptimeSeconds: number;
  readonly version: string;
  readonly clockMs: number | undefined;
  readonly configDigest: string | undefined;
  readonly dataSinceMs: number | undefined;
  /** The newest format of the log that the server can read; undefined from older programs. */
  readonly format: number | undefined;
  /** Who belongs to the cluster by its log. */
  readonly members: readonly MemberReport[] | undefined;
  /** Whether it knows that this is committed. */
  readonly membersCommitted: boolean;
  /** Whether it knows that it does not belong any more. */
  readonly removed: boolean;
  /** Servers that have to come to know it before it counts. */
  readonly awaitedJoins: readonly number[];
  /** Who belongs to the cluster by the file with which it was started. */
  readonly file: readonly ServerAddress[] | undefined;
}

export interface MemberReport extends ServerAddress {
  readonly voter: boolean;
}

export interface FollowerReport {
  readonly serverId: number;
  readonly matchIndex: number;
  /** Since its last answer to the leader; undefined if there was none. */
  readonly silentMs: number | undefined;
}

/** How a server sees its way to another one; see `PeerContact` of the replica. */
export interface Link {
  readonly id: number;
  readonly answeredMs: number | undefined;
  readonly heardMs: number | undefined;
  readonly failure: string | undefined;
}

/** A server that told something. */
export interface ReportingServer extends ServerAddress {
  readonly report: ServerReport;
  readonly clockAheadMs: number | undefined;
}

export function reportingServers({ servers }: ClusterLook): readonly ReportingServer[] {
  return servers.flatMap(({ id, address, seen }) =>
    seen.kind === 'report' && seen.report.serverId === id
      ? [{ id, address, report: seen.report, clockAheadMs: seen.clockAheadMs }]
      : [],
  );
}

export function majorityOf({ servers, learners }: ClusterLook): number {
  return Math.floor((servers.length - learners.length) / 2) + 1;
}
