/**
 * How a replica reaches its peers. `src/rpc` implements it over XML-RPC; the simulator will
 * implement it with a network that loses, delays, repeats and reorders.
 */
import type { ServerId } from '../base/ids.js';
import type { Member } from '../raft/configuration.js';
import type { PeerRequest, PeerResponse } from '../raft/messages.js';
import type { StateReport, StateReportReceived } from './state-report.js';

/** What a server says to another: the core's messages, and reports that pass it by. */
export type PeerMessage = PeerRequest | StateReport;
export type PeerReply = PeerResponse | StateReportReceived;

export interface PeerTransport {
  /**
   * Must be called before the first `send`. May be called again: what was sent before then ends at
   * the listener that was connected when it was sent. To the next one it would be an answer from
   * before its server forgot something (docs/decisions/0008-standing.md, rule 1).
   */
  connect(listener: PeerListener): void;

  /**
   * Who can be sent to from now on, and where; before the first `send`, and again when the members
   * of the cluster change. Those that were named before may still be sent to.
   */
  setPeers(peers: readonly Pick<Member, 'id' | 'address'>[]): void;

  /**
   * Sends without waiting. Requests to one peer arrive in call order or not at all; those of
   * `installSnapshot` keep their order only among themselves. Each ends in exactly one `onResponse`
   * or `onUnreachable`, never before `send` has returned.
   */
  send(to: ServerId, request: PeerMessage): void;

  /** Closes all connections; nothing is heard afterwards. */
  close(): void;
}

export interface PeerListener {
  onResponse(from: ServerId, response: PeerReply): void;
  /** Refused, timed out, closed, or answered by a fault. */
  onUnreachable(peer: ServerId, reason: string): void;
}
