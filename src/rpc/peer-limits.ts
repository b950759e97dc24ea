/**
 * The bounds of what one server sends to another. All can be set, so that tests reach them soon.
 */
import { peerBodyBytesMax } from '../base/limits.js';

export interface PeerLimits {
  /** Requests to one peer that have no answer yet. */
  readonly outstandingMax: number;
  /** Their bytes in all; a single request may have more. */
  readonly outstandingBytesMax: number;
  /** The oldest request may lack its answer for so long; then the connection is given up. */
  readonly requestTimeoutMs: number;
  /** The same for pieces of a snapshot, the last of which is answered once all of it is durable. */
  readonly snapshotTimeoutMs: number;
  /** A long request has so much more time for its bytes. */
  readonly bytesPerMsMin: number;
  /**
   * The least time from one attempt to connect to the next. Shorter than a heartbeat, so that a
   * peer that is back is found by the next one.
   */
  readonly reconnectPauseMs: number;
  readonly headerBytesMax: number;
  readonly bodyBytesMax: number;
}

export const defaultPeerLimits: PeerLimits = {
  outstandingMax: 1_000,
  outstandingBytesMax: 2 * peerBodyBytesMax,
  requestTimeoutMs: 1_000,
  snapshotTimeoutMs: 10_000,
  bytesPerMsMin: 4 * 1024,
  reconnectPauseMs: 50,
  headerBytesMax: 16 * 1024,
  bodyBytesMax: 64 * 1024,
};
