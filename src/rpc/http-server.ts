/**
 * The HTTP server of node, plain or over TLS: its time-outs and bounds, and the little in which the
 * two differ. Over TLS a connection counts once its handshake is done; one that speaks something
 * else, plain HTTP too, or that takes too long is closed without an answer.
 */
import { constants } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { HttpLimits } from './http-limits.js';
import type { TlsIdentity } from './tls-identity.js';

/** Connections beyond the limit that may wait for their handshake, or for their refusal. */
const unfinishedConnectionsMax = 200;

export interface HttpServer {
  readonly server: Server;
  /**
   * Has node:http read a connection that was told to `onConnection`. Undefined over TLS, where it
   * reads all of them from the beginning.
   */
  readonly serveByNode: ((socket: Socket) => void) | undefined;
  /** Ends the connections that were not told to `onConnection` yet. */
  readonly destroyUnfinished: () => void;
}

export function createHttpServer(
  limits: HttpLimits,
  tls: TlsIdentity | undefined,
  onConnection: (socket: Socket) => void,
): HttpServer {
  const options = {
    noDelay: true,
    requireHostHeader: false,
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: limits.timeoutCheckIntervalMs,
  };
  if (tls === undefined) {
    const server = createServer(options);
    const listeners = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', onConnection);
    const serveByNode = (socket: Socket): void => {
      for (const listen of listeners) Reflect.apply(listen, server, [socket]);
    };
    return { server, serveByNode, destroyUnfinished: () => undefined };
  }
  const { cert, key, ca, clientCa } = tls;
  const server = createTlsServer({
    ...options,
    ...{ cert, key, ca: clientCa === undefined ? [ca] : [ca, clientCa] },
    handshakeTimeout: limits.headersTimeoutMs,
    requestCert: true,
    rejectUnauthorized: clientCa !== undefined,
    // A session that is resumed shows no certificate again.
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
  server.maxConnections = limits.connectionsMax + unfinishedConnectionsMax;
  const open = new Set<Duplex>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('secureConnection', onConnection);
  // Before the listener of node:https, after which an answer would be tried and waited for.
  server.prependListener('tlsClientError', (_error, socket) => {
    socket.destroy();
  });
  const destroyUnfinished = (): void => {
    for (const socket of open) socket.destroy();
  };
  return { server, serveByNode: undefined, destroyUnfinished };
}

/** Whether the connection is one on which certificates are asked for. */
export function isOverTls(socket: Socket): boolean {
  return socket instanceof TLSSocket;
}

/**
 * Why whoever is at the other end has not shown to be a server of this cluster; undefined when it
 * has, or when the connection is not over TLS and nobody can.
 */
export function findCertificateMistake(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  if (socket.authorized && !socket.isSessionReused()) return undefined;
  return "the call came without a certificate that the cluster's authority signed";
}
