/**
 * The one port of a server: calls of clients and peers, health checks, metrics and the live page,
 * on node:http or node:https. Puts the parts together, bounds connections and waits, and answers
 * what is not HTTP.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { must } from '../base/assert.js';
import type { BlockService } from '../blocks/block-service.js';
import { BackupEndpoint } from './backup-endpoint.js';
import type { BackupSource } from './backup-source.js';
import { BlockStorePages } from './block-store-pages.js';
import { CallEndpoint } from './call-endpoint.js';
import { CallRunner } from './call-runner.js';
import { ClusterDoor } from './cluster-door.js';
import type { ClusterSecret } from './cluster-secret.js';
import { Dispatcher, type BugListener } from './dispatcher.js';
import { defaultHttpLimits, type HttpLimits } from './http-limits.js';
import { changeIdentity, createHttpServer, type HttpServer } from './http-server.js';
import { FairReading } from './fair-reading.js';
import { ListenError } from './listen-error.js';
import type { ListenPlace } from './listen-place.js';
import { LiveEndpoint } from './live/live-endpoint.js';
import type { LiveFeed } from './live/live-feed.js';
import type { PageFiles } from './live/page-files.js';
import { PageOrigins } from './live/page-origins.js';
import type { MethodServices } from './method-services.js';
import type { MethodTable, TesterApi } from './method-table.js';
import { OpenConnections } from './open-connections.js';
import { PlainConnections } from './plain-connections.js';
import { endWithPlainResponse, notHttp, tooSlow } from './plain-response.js';
import { RequestRouter } from './request-router.js';
import type { HeldBytes, ServerMetrics } from './server-metrics.js';
import { SideListeners } from './side-listeners.js';
import { StatusEndpoints, type Pages, type PortFacts } from './status-endpoints.js';
import { statusFields } from './status-fields.js';
import type { TlsIdentity } from './tls-identity.js';
import { UnreadAnswers } from './unread-answers.js';

export interface RpcServerOptions {
  /** What a server of a cluster serves; left out for a stand-alone block store. */
  readonly services?: MethodServices | undefined;
  /** Left out, no blocks are served. A server needs one of the two. */
  readonly blocks?: BlockService | undefined;
  readonly listen: ListenPlace;
  /** For whom the methods that break a server are. */
  readonly testerApi: TesterApi;
  /** The version of this program. */
  readonly version: string;
  readonly metrics: ServerMetrics;
  /** The cluster that this server is of; left out, calls of servers of any cluster are taken. */
  readonly clusterId?: string | undefined;
  /** What the calls of the other servers must carry; left out, it is not asked for. */
  readonly secret?: ClusterSecret | undefined;
  /** Speaks TLS only; left out, plain HTTP. */
  readonly tls?: TlsIdentity | undefined;
  /** What `/live` tells, and the page that shows it; left out, there is neither. */
  readonly live?: { readonly feed: LiveFeed; readonly pageFiles: PageFiles } | undefined;
  /** What `/backup` gives out; left out, there is no such path. */
  readonly backups?: BackupSource | undefined;
  readonly onBug: BugListener;
  readonly limits?: Partial<HttpLimits>;
}

export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #limits: HttpLimits;
  readonly #connections: OpenConnections;
  readonly #unread: UnreadAnswers;
  readonly #reading = new FairReading({
    now: () => performance.now(),
    soon: (action) => setImmediate(action),
  });
  readonly #dispatcher: Dispatcher;
  readonly #runner: CallRunner;
  readonly #origins: PageOrigins;
  readonly #calls: CallEndpoint;
  readonly #backups: BackupEndpoint | undefined;
  readonly #live: LiveEndpoint | undefined;
  readonly #router: RequestRouter;
  readonly #http: HttpServer;
  readonly #server: Server;
  readonly #sides = new SideListeners();
  /** Undefined over TLS. */
  readonly #plain: PlainConnections | undefined;

  constructor(options: RpcServerOptions) {
    const { services, blocks, metrics, onBug, testerApi } = options;
    this.#options = options;
    this.#limits = { ...defaultHttpLimits, ...options.limits };
    this.#connections = new OpenConnections(this.#limits);
    this.#unread = new UnreadAnswers(this.#limits);
    this.#dispatcher = new Dispatcher({
      services,
      blocks,
      testerApi,
      pendingCallsMax: this.#limits.pendingCallsMax,
      isOverloaded: () => this.#unread.isOverloaded,
      mapAnswerLimits: this.#limits,
      observer: metrics.calls,
      onBug,
    });
    this.#runner = new CallRunner({
      dispatcher: this.#dispatcher,
      limits: this.#limits,
      hasPeers: services !== undefined,
      clusterId: options.clusterId,
      secret: options.secret,
      neighbours: services?.neighbours,
      onPeerPiece: (peer) => {
        services?.replica.hearing(peer);
      },
      onBug,
    });
    this.#origins = new PageOrigins({
      scheme: this.#scheme,
      servers: () => services?.members.all ?? [],
      ownPort: () => this.port,
    });
    this.#calls = new CallEndpoint({
      runner: this.#runner,
      connections: this.#connections,
      origins: this.#origins,
      lingerMs: this.#limits.lingerMs,
    });
    this.#watch(metrics);
    this.#backups = this.#createBackups();
    this.#live = this.#createLive();
    this.#router = this.#createRouter();
    this.#http = this.#createHttpServer();
    this.#server = this.#http.server;
    this.#plain = this.#createPlainConnections();
  }

  /** New connections get this identity; those that are open stay. Only for a server over TLS. */
  changeIdentity(tls: TlsIdentity): void {
    changeIdentity(this.#server, tls);
  }

  /** The methods that are served; docs are made of it. */
  get methodTable(): MethodTable {
    return this.#dispatcher.table;
  }

  /** The port that is open, which matters when any free one was asked for. */
  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** Open connections, those that wait for their refusal left out. */
  get connectionCount(): number {
    return this.#connections.count;
  }

  /** Those of them that were not left to node:http. */
  get plainConnectionCount(): number {
    return this.#plain?.count ?? 0;
  }

  /** Calls that have no answer yet. */
  get pendingCalls(): number {
    return this.#dispatcher.pendingCalls;
  }

  get heldBytes(): HeldBytes {
    return {
      partialCalls: this.#runner.partialBytes,
      pendingCalls: this.#runner.pendingBytes,
      unreadAnswers: this.#unread.bytes,
    };
  }

  /** Requests whose answers have not left. */
  get openRequests(): number {
    return this.#unread.openRequests;
  }

  /** Frozen views of the files that answers are being read from, and answers that wait for one. */
  get mapAnswers(): { readonly views: number; readonly waiting: number } {
    const { mapAnswers } = this.#dispatcher;
    return { views: mapAnswers?.viewCount ?? 0, waiting: mapAnswers?.waitingCount ?? 0 };
  }

  /** Backups that are being made. */
  get runningBackups(): number {
    return this.#backups?.running ?? 0;
  }

  /** Opens the port. Rejects with `ListenError` when the operating system refuses. */
  async listen(): Promise<void> {
    await this.#listenAtHost();
    try {
      await this.#sides.listen({
        ...{ server: this.#server, port: this.port, backlog: listenBacklog },
        hosts: this.#options.listen.alsoHosts ?? [],
        onError: this.#onListenerError,
      });
    } catch (error) {
      this.#server.close();
      throw error;
    }
  }

  readonly #onListenerError = (error: Error): void => {
    this.#options.onBug(error, 'the listening socket');
  };

  #listenAtHost(): Promise<void> {
    const { host, port } = this.#options.listen;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        reject(new ListenError(host === undefined ? `port ${port}` : `${host}:${port}`, error));
      };
      this.#server.once('error', fail);
      this.#server.listen({ port, host, backlog: listenBacklog }, () => {
        this.#server.off('error', fail);
        this.#server.on('error', this.#onListenerError);
        resolve();
      });
    });
  }

  /**
   * Stops accepting, lets pending calls get the answers that the stopping replica gives them, and
   * ends what is left after `closeGraceMs`.
   */
  async close(): Promise<void> {
    this.#connections.startClosing();
    this.#live?.close();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    const sidesClosed = this.#sides.close();
    this.#server.closeIdleConnections();
    this.#plain?.closeIdle();
    const timer = setTimeout(() => {
      this.#connections.destroyAll();
      this.#http.destroyUnfinished();
    }, this.#limits.closeGraceMs);
    await Promise.all([closed, sidesClosed]);
    clearTimeout(timer);
  }

  get #scheme(): 'http' | 'https' {
    return this.#options.tls === undefined ? 'http' : 'https';
  }

  #createPages(): Pages {
    const { services, blocks } = this.#options;
    const port = this.#portFacts();
    if (services !== undefined) {
      const pageFiles = this.#options.live?.pageFiles;
      return new StatusEndpoints({ ...port, services, pageFiles, scheme: this.#scheme });
    }
    return new BlockStorePages({ ...port, blocks: must(blocks, 'a server serves something') });
  }

  #portFacts(): PortFacts {
    const { metrics, version } = this.#options;
    const connectionCount = (): number => this.#connections.count;
    const pendingCallCount = (): number => this.#dispatcher.pendingCalls;
    return { metrics, version, connectionCount, pendingCallCount };
  }

  #watch(metrics: ServerMetrics): void {
    metrics.watchPort({ ...this.#portFacts(), heldBytes: () => this.heldBytes });
    if (this.#options.services === undefined) return;
    const { replica, files } = this.#options.services;
    metrics.watchReplica({ status: () => replica.status(), fileCount: () => files.size });
  }

  #createBackups(): BackupEndpoint | undefined {
    const { backups, services, onBug } = this.#options;
    if (backups === undefined || services === undefined) return undefined;
    const { replica, members } = services;
    return new BackupEndpoint({
      ...{ source: backups, replica, members, scheme: this.#scheme, onBug },
      door: new ClusterDoor(services.neighbours),
      callerOf: (request) => this.#calls.callerOf(request),
      limits: this.#limits,
    });
  }

  #createLive(): LiveEndpoint | undefined {
    const { live, services, testerApi } = this.#options;
    if (live === undefined || services === undefined) return undefined;
    return new LiveEndpoint({
      ...{ feed: live.feed, services, testerApi, origins: this.#origins, limits: this.#limits },
      door: new ClusterDoor(services.neighbours, 'address'),
      callerOf: (request) => this.#calls.callerOf(request),
      statusFields: () => statusFields({ ...this.#portFacts(), services }),
    });
  }

  #createRouter(): RequestRouter {
    return new RequestRouter({
      ...{ calls: this.#calls, pages: this.#createPages(), backups: this.#backups },
      ...{ live: this.#live, origins: this.#origins, connections: this.#connections },
      lingerMs: this.#limits.lingerMs,
      onBug: this.#options.onBug,
    });
  }

  #createPlainConnections(): PlainConnections | undefined {
    const { serveByNode } = this.#http;
    if (serveByNode === undefined) return undefined;
    return new PlainConnections({
      runner: this.#runner,
      unread: this.#unread,
      reading: this.#reading,
      limits: this.#limits,
      isClosing: () => this.#connections.isClosing,
      serveByNode,
    });
  }

  #createHttpServer(): HttpServer {
    const limits = this.#limits;
    const http = createHttpServer(limits, this.#options.tls, (socket) => {
      if (!this.#connections.add(socket)) return;
      this.#reading.add(socket);
      this.#plain?.take(socket);
    });
    const { server } = http;
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      if (!this.#connections.isAccepted(request.socket)) return;
      const isOfPeer = this.#calls.isOfPeer(request);
      if (isOfPeer) this.#reading.exempt(request.socket);
      else this.#reading.serve(request.socket);
      this.#unread.begin(request, response, isOfPeer, (answered) => {
        this.#router.serve({ request, response, answered });
      });
    };
    server.on('request', serve);
    // Whoever asks first may be refused without having sent the body.
    server.on('checkContinue', serve);
    server.on('clientError', (error, socket) => {
      if (!(socket instanceof Socket)) return;
      const { status, text } = describeHttpError(error);
      endWithPlainResponse(socket, status, text, limits.lingerMs);
    });
    server.on('connect', (_request, socket) => {
      if (!(socket instanceof Socket)) return;
      endWithPlainResponse(socket, 405, 'CONNECT is not served', limits.lingerMs);
    });
    return http;
  }
}

/** Connections that the operating system keeps waiting for us; a whole class may start at once. */
const listenBacklog = 1_024;

/** What a connection is told whose bytes made no request. */
function describeHttpError(error: Error): { readonly status: number; readonly text: string } {
  switch ('code' in error ? error.code : undefined) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, text: tooSlow };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, text: 'the headers are too long' };
    default:
      return { status: 400, text: notHttp };
  }
}
