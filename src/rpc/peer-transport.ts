/**
 * The calls to the other servers, as XML-RPC over the port that their clients use. Keeps the
 * promises of `PeerTransport`; what goes wrong on the way is told as `onUnreachable` with a reason.
 */
import { must } from '../base/assert.js';
import type { ServerId } from '../base/ids.js';
import type { PeerRequest, PeerResponse } from '../raft/messages.js';
import type { PeerListener, PeerTransport } from '../replica/peer-transport.js';
import type { ClusterSecret } from './cluster-secret.js';
import { decodeResponse } from './codec/response-decoder.js';
import { ArgumentError } from './param.js';
import { encodePeerRequest, readPeerResponse } from './peer-codec.js';
import { PeerConnection, type PeerAnswer } from './peer-connection.js';
import { peerHeader } from './peer-header.js';
import { defaultPeerLimits, type PeerLimits } from './peer-limits.js';
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
}

export class XmlRpcPeerTransport implements PeerTransport {
  readonly #connections = new Map<ServerId, PeerConnection>();
  #listener: PeerListener | undefined;

  constructor({ serverId, servers, secret, tls, limits }: XmlRpcPeerTransportOptions) {
    const headers = [`${peerHeader}: ${serverId}`, ...(secret ? [secret.headerLine] : [])];
    for (const address of servers) {
      if (address.id === serverId) continue;
      const connection = new PeerConnection({
        address,
        headerLines: headers.map((line) => `${line}\r\n`).join(''),
        tls,
        limits: { ...defaultPeerLimits, ...limits },
      });
      this.#connections.set(address.id, connection);
    }
  }

  connect(listener: PeerListener): void {
    this.#listener = listener;
  }

  send(to: ServerId, request: PeerRequest): void {
    const listener = must(this.#listener, 'the transport has a listener before it sends');
    const connection = must(this.#connections.get(to), `server ${to} is a peer`);
    connection.send(encodePeerRequest(request), (answer) => {
      const read = readAnswer(request.type, answer);
      if (typeof read === 'string') listener.onUnreachable(to, read);
      else listener.onResponse(to, read);
    });
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close();
  }
}

/** The response, or in words why there is none. */
function readAnswer(type: PeerRequest['type'], answer: PeerAnswer): PeerResponse | string {
  if (answer.kind === 'failed') return answer.reason;
  const { status, body } = answer.response;
  if (status !== 200) return `HTTP status ${status}`;
  const decoded = decodeResponse(body);
  switch (decoded.kind) {
    case 'fault':
      return `fault ${decoded.fault.code}: ${decoded.fault.text}`;
    case 'malformed':
      return `not a response: ${decoded.reason}`;
    case 'value':
      try {
        return readPeerResponse(type, decoded.value);
      } catch (error) {
        if (!(error instanceof ArgumentError)) throw error;
        return `not a response of a peer: ${error.message}`;
      }
  }
}
