/**
 * The calls to the other servers, as XML-RPC over the port that their clients use. Keeps the
 * promises of `PeerTransport`; what goes wrong on the way is told as `onUnreachable` with a reason.
 *
 * Snapshots go over a connection of their own: answers come in the order of the requests, and
 * those to heartbeats must not wait until a follower has made a snapshot durable.
 */
import { must } from '../base/assert.js';
import type { ServerId } from '../base/ids.js';
import type {
  PeerListener,
  PeerMessage,
  PeerReply,
  PeerTransport,
} from '../replica/peer-transport.js';
import type { ClusterSecret } from './cluster-secret.js';
import { decodeResponse } from './codec/response-decoder.js';
import type { PeerMeter } from './metrics/peer-metrics.js';
import { ArgumentError } from './param.js';
import { encodePeerMessage } from './peer-codec.js';
import { PeerConnection, type PeerAnswer, type PeerConnectionOptions } from './peer-connection.js';
import { clusterHeader, peerHeader } from './peer-header.js';
import { defaultPeerLimits, type PeerLimits } from './peer-limits.js';
import { readPeerReply, readUsualReply } from './peer-reply-codec.js';
import { readAddress } from './server-address.js';
import type { TlsIdentity } from './tls-identity.js';

/** Which peer, and where: `host:port`. */
interface PeerPlace {
  readonly id: ServerId;
  readonly address: string;
}

export interface XmlRpcPeerTransportOptions {
  readonly serverId: ServerId;
  /** Goes with every call, so that no other cluster takes it for one of its own. */
  readonly clusterId: string;
  /** Goes with every call. */
  readonly secret?: ClusterSecret | undefined;
  /** How to speak TLS to the peers; left out, plain HTTP. */
  readonly tls?: TlsIdentity | undefined;
  readonly limits?: Partial<PeerLimits>;
  /** Begins to measure what goes to a peer; left out, nothing is measured. */
  readonly measure?: (peer: ServerId) => PeerMeter;
}

export class XmlRpcPeerTransport implements PeerTransport {
  readonly #options: XmlRpcPeerTransportOptions;
  readonly #peers = new Map<ServerId, PeerConnections>();
  #listener: PeerListener | undefined;

  constructor(options: XmlRpcPeerTransportOptions) {
    this.#options = options;
  }

  setPeers(peers: readonly PeerPlace[]): void {
    for (const peer of peers) {
      const known = this.#peers.get(peer.id);
      if (peer.id === this.#options.serverId || known?.address === peer.address) continue;
      known?.close();
      this.#peers.set(peer.id, this.#connectTo(peer));
    }
  }

  connect(listener: PeerListener): void {
    this.#listener = listener;
  }

  send(to: ServerId, request: PeerMessage): void {
    const listener = must(this.#listener, 'the transport has a listener before it sends');
    const peer = must(this.#peers.get(to), () => `server ${to} is a peer`);
    const { meter } = peer;
    const text = encodePeerMessage(request);
    const sentMs = meter?.sending(request, text.length) ?? 0;
    peer.for(request).send(text, (answer) => {
      const read = readAnswer(request.type, answer);
      if (typeof read === 'string') {
        meter?.failed();
        listener.onUnreachable(to, read);
      } else {
        meter?.answered(request, sentMs);
        listener.onResponse(to, read);
      }
    });
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.close();
  }

  #connectTo({ id, address }: PeerPlace): PeerConnections {
    const { serverId, clusterId, secret, tls, limits, measure } = this.#options;
    const headers = [
      `${peerHeader}: ${serverId}`,
      `${clusterHeader}: ${clusterId}`,
      ...(secret ? [secret.headerLine] : []),
    ];
    const options = {
      address: readAddress(id, address),
      headerLines: headers.map((line) => `${line}\r\n`).join(''),
      ...{ tls, limits: { ...defaultPeerLimits, ...limits } },
    };
    return new PeerConnections(address, options, measure?.(id));
  }
}

/** The two ways to one peer. */
class PeerConnections {
  readonly #messages: PeerConnection;
  readonly #snapshots: PeerConnection;

  constructor(
    readonly address: string,
    options: PeerConnectionOptions,
    readonly meter: PeerMeter | undefined,
  ) {
    const { limits } = options;
    this.#messages = new PeerConnection(options);
    this.#snapshots = new PeerConnection({
      ...options,
      limits: { ...limits, requestTimeoutMs: limits.snapshotTimeoutMs },
    });
  }

  for(request: PeerMessage): PeerConnection {
    return request.type === 'installSnapshot' ? this.#snapshots : this.#messages;
  }

  close(): void {
    this.#messages.close();
    this.#snapshots.close();
  }
}

/** The response, or in words why there is none. */
function readAnswer(type: PeerMessage['type'], answer: PeerAnswer): PeerReply | string {
  if (answer.kind === 'failed') return answer.reason;
  const { status, body } = answer.response;
  if (status !== 200) return `HTTP status ${status}`;
  const usual = readUsualReply(type, body);
  if (usual !== undefined) return usual;
  const decoded = decodeResponse(body);
  switch (decoded.kind) {
    case 'fault':
      return `fault ${decoded.fault.code}: ${decoded.fault.text}`;
    case 'malformed':
      return `not a response: ${decoded.reason}`;
    case 'value':
      try {
        return readPeerReply(type, decoded.value);
      } catch (error) {
        if (!(error instanceof ArgumentError)) throw error;
        return `not a response of a peer: ${error.message}`;
      }
  }
}
