/**
 * What the page knows of a cluster at one moment: of each server what it said last, and whether it
 * still speaks. A value that is never changed: each event makes a new one, so that old moments can
 * be kept and looked at.
 */
import type { ServerAddress, ServerReport } from '../doctor/cluster-look.js';
import type { FeedHello, FeedLog } from './feed.js';
import type { FeedEvent } from './read-feed.js';

/** Whether the page hears the server itself. `waiting`: it has not been heard yet. */
export type Contact = 'waiting' | 'heard' | 'silent';

export interface ServerState extends ServerAddress {
  readonly contact: Contact;
  /** Since when, by the clock of the page. */
  readonly sinceMs: number;
  readonly hello: FeedHello | undefined;
  /** What it said last, however long ago. */
  readonly report: ServerReport | undefined;
  readonly log: FeedLog | undefined;
}

export interface ClusterState {
  /** In order of their ids. */
  readonly servers: readonly ServerState[];
}

/** Before anybody was heard. */
export function beginState(servers: readonly ServerAddress[], nowMs: number): ClusterState {
  return { servers: inOrder(servers.map((server) => unheard(server, nowMs))) };
}

/** A server has said something of itself. */
export function hear(
  state: ClusterState,
  id: number,
  event: FeedEvent,
  nowMs: number,
): ClusterState {
  const next = change(state, id, (server) => {
    const heard: ServerState =
      server.contact === 'heard' ? server : { ...server, contact: 'heard', sinceMs: nowMs };
    switch (event.name) {
      case 'hello':
        return { ...heard, hello: event.hello };
      case 'status':
        return { ...heard, report: event.report };
      case 'log':
        return { ...heard, log: event.log };
      case 'messages':
      case 'happening':
        return heard;
    }
  });
  return event.name === 'status' ? follow(next, event.report, nowMs) : next;
}

/** The page's way to a server has failed. */
export function loseContact(state: ClusterState, id: number, nowMs: number): ClusterState {
  return change(state, id, (server) =>
    server.contact === 'silent' ? server : { ...server, contact: 'silent', sinceMs: nowMs },
  );
}

export function serverOf(state: ClusterState, id: number): ServerState | undefined {
  return state.servers.find((server) => server.id === id);
}

/** Members may come and go: the leader knows who they are. */
function follow(state: ClusterState, report: ServerReport, nowMs: number): ClusterState {
  const known = state.servers;
  if (report.role !== 'leader' || report.peers.length === 0) return state;
  if (known.some((server) => (server.report?.term ?? 0) > report.term)) return state;
  const isSame =
    known.length === report.peers.length &&
    report.peers.every((peer) =>
      known.some(({ id, address }) => id === peer.id && address === peer.address),
    );
  if (isSame) return state;
  const servers = report.peers.map(
    (peer) =>
      known.find(({ id, address }) => id === peer.id && address === peer.address) ??
      unheard(peer, nowMs),
  );
  return { servers: inOrder(servers) };
}

function change(
  state: ClusterState,
  id: number,
  make: (server: ServerState) => ServerState,
): ClusterState {
  const before = serverOf(state, id);
  if (before === undefined) return state;
  const after = make(before);
  if (after === before) return state;
  return { servers: state.servers.map((server) => (server === before ? after : server)) };
}

function unheard({ id, address }: ServerAddress, nowMs: number): ServerState {
  const nothing = { hello: undefined, report: undefined, log: undefined };
  return { id, address, contact: 'waiting', sinceMs: nowMs, ...nothing };
}

function inOrder(servers: readonly ServerState[]): readonly ServerState[] {
  return servers.toSorted((a, b) => a.id - b.id);
}
