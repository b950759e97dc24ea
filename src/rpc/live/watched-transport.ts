/**
 * A transport of which somebody may look on: what this server asks of its peers and what comes of
 * it. While nobody does, a message costs one look at a boolean more.
 */
import type { ServerId } from '../../base/ids.js';
import type {
  PeerListener,
  PeerMessage,
  PeerReply,
  PeerTransport,
} from '../../replica/peer-transport.js';

/** Who looks on. */
export interface PeerTap {
  /** Nothing is told while this is false. */
  readonly isOn: boolean;
  sent(to: ServerId, message: PeerMessage): void;
  answered(from: ServerId, reply: PeerReply): void;
  lost(to: ServerId): void;
}

export class WatchedTransport implements PeerTransport {
  readonly #transport: PeerTransport;
  readonly #tap: PeerTap;

  constructor(transport: PeerTransport, tap: PeerTap) {
    this.#transport = transport;
    this.#tap = tap;
  }

  setPeers(peers: Parameters<PeerTransport['setPeers']>[0]): void {
    this.#transport.setPeers(peers);
  }

  connect(listener: PeerListener): void {
    const tap = this.#tap;
    this.#transport.connect({
      onResponse: (from, response) => {
        if (tap.isOn) tap.answered(from, response);
        listener.onResponse(from, response);
      },
      onUnreachable: (peer, reason) => {
        if (tap.isOn) tap.lost(peer);
        listener.onUnreachable(peer, reason);
      },
    });
  }

  send(to: ServerId, message: PeerMessage): void {
    if (this.#tap.isOn) this.#tap.sent(to, message);
    this.#transport.send(to, message);
  }

  close(): void {
    this.#transport.close();
  }
}
