/**
 * The bounds of the HTTP side. All can be set, so that tests reach them soon; servers use the
 * defaults.
 */
import {
  callBodyBytesMax,
  connectionsMax,
  peerBodyBytesMax,
  pendingCallsMax,
} from '../base/limits.js';
import type { MapAnswerLimits } from './map-answers.js';
import type { UnreadLimits } from './unread-answers.js';

export interface HttpLimits extends UnreadLimits, MapAnswerLimits {
  readonly callBodyBytesMax: number;
  readonly peerBodyBytesMax: number;
  readonly connectionsMax: number;
  readonly pendingCallsMax: number;
  /**
   * Bytes of calls that have arrived in part, over all connections; more are refused as busy. Calls
   * of servers and those of clients have as much each.
   */
  readonly partialBodiesBytesMax: number;
  /** Bytes of calls that wait for their answer, again for servers and for clients. */
  readonly pendingBodiesBytesMax: number;
  readonly headerBytesMax: number;
  /** From the first byte, or the opening of a connection, to the end of the headers. */
  readonly headersTimeoutMs: number;
  /** From the first byte to the end of the body. */
  readonly requestTimeoutMs: number;
  /** How long a connection may rest between two requests. */
  readonly idleTimeoutMs: number;
  /**
   * How often these are looked at: they end up to so much later, and a rest up to twice as much.
   */
  readonly timeoutCheckIntervalMs: number;
  /**
   * How long a connection that is to be closed is still read, and what comes is thrown away: a
   * client that writes all before it reads would otherwise lose our answer to a reset.
   */
  readonly lingerMs: number;
  /** Backups under way; each freezes a state, which costs memory for as long as it is read. */
  readonly backupsMax: number;
  /** How long a backup may wait for a majority, or for its client to read on. */
  readonly backupStallMs: number;
  /** Who may look at the live feed at a time. */
  readonly feedListenersMax: number;
  /** How long `close` waits for the answers of pending calls. */
  readonly closeGraceMs: number;
}

export const defaultHttpLimits: HttpLimits = {
  callBodyBytesMax,
  peerBodyBytesMax,
  connectionsMax,
  pendingCallsMax,
  partialBodiesBytesMax: 256 * 1024 * 1024,
  pendingBodiesBytesMax: 256 * 1024 * 1024,
  connectionUnreadBytesMax: 1024 * 1024,
  unreadBytesMax: 256 * 1024 * 1024,
  unreadTimeoutMs: 30_000,
  openRequestsMax: 50_000,
  frozenViewsMax: 4,
  frozenViewHoldMs: 60_000,
  headerBytesMax: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  idleTimeoutMs: 600_000,
  timeoutCheckIntervalMs: 1_000,
  lingerMs: 1_000,
  backupsMax: 2,
  backupStallMs: 30_000,
  feedListenersMax: 64,
  closeGraceMs: 700,
};
