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
import { peerHeader } from './peer-header.js';
import { defaultPeerLimits, type PeerLimits } from './peer-limits.js';
import { readPeerReply, readUsualReply } from './peer-reply-codec.js';
import type { ServerAddress } from './server-address.js';
import type { TlsIdentity } from './tls-identity.js';

export interface XmlRpcPeerTransportOptions {
  readonly serverId: ServerId;
  /** All servers; the own one is left out. */
  readonly servers: readonly ServerAddress[];
  /** Goes with every call. */
  readonly secret?: ClusterSecret | undefined;
  /** How to speak TLS to the peers; left out, plain HTTP. */
  readonly tls?: TlsIdentity | undefined;
  readonly limits?: Partial<PeerLimits>;
  /** Begins to measure what goes to a peer; left out, nothing is measured. */
  readonly measure?: (peer: ServerId) => PeerMeter;
}

export class XmlRpcPeerTransport implements PeerTransport {
  readonly #peers = new Map<ServerId, PeerConnections>();
  #listener: PeerListener | undefined;

  constructor(transport: XmlRpcPeerTransportOptions) {
    const { serverId, servers, secret, tls, limits, measure } = transport;
    const headers = [`${peerHeader}: ${serverId}`, ...(secret ? [secret.headerLine] : [])];
    for (const address of servers) {
      if (address.id === serverId) continue;
      const headerLines = headers.map((line) => `${line}\r\n`).join('');
      const options = { address, headerLines, tls, limits: { ...defaultPeerLimits, ...limits } };
      this.#peers.set(address.id, new PeerConnections(options, measure?.(address.id)));
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
}

/** The two ways to one peer. */
class PeerConnections {
  readonly #messages: PeerConnection;
  readonly #snapshots: PeerConnection;

  constructor(
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
