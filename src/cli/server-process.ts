/**
 * One server as a process: builds the object graph, opens the port, and takes everything down again
 * in order when asked to stop. The only place that knows all the parts.
 */
import type { ServerId } from '../base/ids.js';
import type { ClusterConfig, ClusterServer } from '../config/cluster-config.js';
import { shiftCollections } from '../io/collection-phase.js';
import { FolderUsage } from '../io/folder-usage.js';
import { createLogger, type Logger } from '../io/logger.js';
import { createRandom } from '../io/seeded-random.js';
import { systemTimer } from '../io/system-timer.js';
import { LastingReplica } from '../replica/lasting-replica.js';
import { LiveFeed } from '../rpc/live/live-feed.js';
import { WatchedTransport } from '../rpc/live/watched-transport.js';
import type { ClusterSecret } from '../rpc/cluster-secret.js';
import type { ReplicaEvent } from '../replica/observer.js';
import { ClusterMembers } from '../rpc/cluster-members.js';
import { ListenError } from '../rpc/listen-error.js';
import type { ListenPlace } from '../rpc/listen-place.js';
import type { MethodServices } from '../rpc/method-services.js';
import { Neighbours } from '../rpc/neighbours.js';
import { XmlRpcPeerTransport } from '../rpc/peer-transport.js';
import { RpcServer } from '../rpc/rpc-server.js';
import { ServerMetrics } from '../rpc/server-metrics.js';
import { CurrentTls, type TlsIdentity } from '../rpc/tls-identity.js';
import type { ClusterCommand, ClusterResult, ClusterState } from '../state/cluster-state.js';
import { FormatGate } from '../state/format-gate.js';
import { readPageFiles } from '../web/cluster/page-files.js';
import type { RecoveredState } from '../storage/storage.js';
import { StateBackupSource } from './backup-source.js';
import { CurrentPeers } from './current-peers.js';
import { findOlder } from './find-older.js';
import { configDigestOf } from './config-digest.js';
import { describeBlockEvent } from './describe-block-event.js';
import { describeEvent } from './describe-event.js';
import {
  openClusterBlocks,
  openOwnStore,
  type BlocksPlace,
  type OpenedBlocks,
  type OwnStore,
} from './open-blocks.js';
import { lookUpHost } from './look-up-host.js';
import { watchFormats } from './format-watch.js';
import { findOpenPort } from './open-port-warning.js';
import { openServerStorage, type ServerStorage } from './open-server-storage.js';
import { placeOfTarget } from './place-of-target.js';
import { PresentFiles } from './present-files.js';
import type { SecretFile } from './read-secret-file.js';
import type { TlsFiles } from './read-tls-files.js';
import { reloadTlsOnHangUp } from './reload-tls.js';
import { reportBug } from './report-bug.js';
import type { ServerArguments } from './server-arguments.js';
import { StartError } from './start-error.js';
import { withinStopTime } from './within-stop-time.js';

export interface ServerProcessOptions {
  readonly args: ServerArguments;
  readonly config: ClusterConfig;
  readonly server: ClusterServer;
  /** The version of this program. */
  readonly version: string;
  /** What `--secret-file` names; undefined without it. */
  readonly secretFile: SecretFile | undefined;
  /** What the options `--tls-*` name; undefined without them. */
  readonly tlsFiles: TlsFiles | undefined;
  /** Resolves, with the reason, when the server is to stop. */
  readonly stopRequested: Promise<string>;
}

/** Resolves with the exit code once the server has stopped; throws `StartError`. */
export async function runServer(options: ServerProcessOptions): Promise<number> {
  const { args, config, server, stopRequested } = options;
  const logger = createLogger({
    level: args.logLevel,
    format: args.logFormat,
    base: { server: server.id, pid: process.pid },
  });
  try {
    shiftCollections(server.id);
    const metrics = new ServerMetrics();
    const peers = new CurrentPeers(config.servers.filter(({ id }) => id !== server.id));
    const gate = new FormatGate({
      peers: () => peers.ids,
      newest: args.formatMax,
      now: () => performance.now(),
    });
    const opened = await openServerStorage({ args, config, server, limit: gate }, metrics.disk);
    watchMachine(metrics, opened);
    logOpened(logger, options, opened);
    const ownStore = await openBlocks(options, opened, logger);
    const before = { ...opened, ownStore, metrics, gate, peers };
    const parts = buildServer(options, logger, before);
    await openPort(server, parts, opened);
    parts.replica.start();
    process.stdout.write('Started successfully.\nAccepting requests. (Halt program to stop.)\n');
    logger.log('info', `stopping: ${await stopRequested}`);
    const isFlushed = await withinStopTime(stopServer(parts, opened));
    if (!isFlushed) logger.log('error', `the disk does not answer; stopped without waiting for it`);
    return isFlushed ? 0 : 1;
  } finally {
    await logger.close();
  }
}

interface ServerParts {
  readonly replica: LastingReplica<ClusterCommand, ClusterResult, ClusterState>;
  readonly rpcServer: RpcServer;
  readonly blocks: OpenedBlocks;
  readonly stopWatchingFormats: () => void;
  /** Undefined where others keep the blocks of the cluster. */
  readonly ownStore: OwnStore | undefined;
}

interface BuiltBefore extends Pick<ServerParts, 'ownStore'> {
  readonly metrics: ServerMetrics;
  readonly gate: FormatGate;
  readonly peers: CurrentPeers;
}

function watchMachine(metrics: ServerMetrics, { folder }: ServerStorage): void {
  metrics.watchProcess();
  if (folder === undefined) return;
  const usage = new FolderUsage(folder);
  metrics.disk.watchRoom(() => usage.look());
}

/** Opens what this server keeps of the cluster's blocks. */
async function openBlocks(
  { args, config, server }: ServerProcessOptions,
  opened: ServerStorage,
  logger: Logger,
): Promise<OwnStore | undefined> {
  if (config.blocks.length > 0) return undefined;
  try {
    return await openOwnStore(placeOfBlocks(args, opened, logger), `server ${server.id}`);
  } catch (error) {
    await opened.opened.storage.close();
    await opened.release();
    throw error;
  }
}

function placeOfBlocks(
  { blocks, fresh }: ServerArguments,
  { folder }: ServerStorage,
  logger: Logger,
): BlocksPlace {
  if (blocks !== undefined) return placeOfTarget(blocks, logger);
  if (folder === undefined) return { kind: 'memory' };
  return { kind: 'dataFolder', path: folder, fresh };
}

function buildServer(
  options: ServerProcessOptions,
  logger: Logger,
  before: ServerStorage & BuiltBefore,
): ServerParts {
  const { args, config, server, version, secretFile, tlsFiles } = options;
  const { clusterId, ownStore, metrics, gate, peers } = before;
  const secret = secretFile?.secret;
  const tls = tlsFiles && new CurrentTls(tlsFiles.identity);
  const feed = new LiveFeed(server.id, Date.now);
  const proof = { secret, tls };
  const replica = buildReplica(options, logger, { ...before, feed, proof });
  const blocks = openClusterBlocks({
    ...{ config, server, own: ownStore?.store, proof, replica },
    observer: (event) => {
      const { level, text } = describeBlockEvent(event);
      logger.log(level, text);
    },
  });
  const rpcServer = new RpcServer({
    services: servicesOf({ ...before, replica, proof }, server, config),
    blocks: blocks.service,
    listen: listenAddress(args, server),
    testerApi: args.testerApi,
    live: { feed, pageFiles: readPageFiles() },
    backups: new StateBackupSource({ clusterId, serverId: server.id }, () =>
      replica.stateMachine.snapshot(),
    ),
    version,
    metrics,
    clusterId,
    secret,
    tls,
    onBug: (error, where) => {
      reportBug(logger, error, where);
    },
  });
  const stopWatchingFormats = watchFormats({
    ...{ gate, peers: () => peers.all, proof, timer: systemTimer },
    isLeader: () => replica.isLeader(),
    inUse: () => replica.stateMachine.formatInUse,
    onUsed: (format) => {
      logger.log('info', `format ${format} is in use now; older programs cannot read the log`);
    },
  });
  if (tlsFiles && tls) reloadTlsOnHangUp({ files: tlsFiles, current: tls, rpcServer, logger });
  return { replica, rpcServer, blocks, ownStore, stopWatchingFormats };
}

interface Proof {
  readonly secret: ClusterSecret | undefined;
  readonly tls: TlsIdentity | undefined;
}

interface ReplicaParts extends Pick<
  ServerStorage & BuiltBefore,
  'clusterId' | 'opened' | 'open' | 'metrics'
> {
  readonly peers: CurrentPeers;
  readonly feed: LiveFeed;
  readonly proof: Proof;
}

function buildReplica(
  { args, config, server }: ServerProcessOptions,
  logger: Logger,
  { clusterId, opened, open, metrics, peers, feed, proof }: ReplicaParts,
): ServerParts['replica'] {
  const measure = (peer: ServerId) => metrics.peers.watch(peer, args.timing.heartbeatMs);
  const calls = new XmlRpcPeerTransport({ serverId: server.id, clusterId, ...proof, measure });
  return new LastingReplica<ClusterCommand, ClusterResult, ClusterState>({
    replica: {
      serverId: server.id,
      founders: config.founders,
      transport: new WatchedTransport(calls, feed),
      timer: systemTimer,
      random: createRandom(args.seed === undefined ? undefined : `${args.seed}/${server.id}`),
      ...{ timing: args.timing, meter: metrics.replica },
      observer: (event) => {
        const { level, text } = describeEvent(event);
        metrics.observe(event);
        peers.observe(event);
        feed.observe(event, text);
        logger.log(level, text, event.type === 'raft' ? event.note : event);
        warnIfRemoved(logger, event, server.id);
      },
    },
    opened,
    open,
  });
}

interface ServiceParts extends Pick<BuiltBefore, 'gate' | 'peers'> {
  readonly replica: ServerParts['replica'];
  readonly proof: Proof;
  readonly sinceMs: MethodServices['dataSinceMs'];
}

/** The state is another one after a disk has failed: it is asked for each time. */
function servicesOf(
  { replica, gate, peers, proof, sinceMs }: ServiceParts,
  { id: serverId }: ClusterServer,
  config: ClusterConfig,
): MethodServices {
  const members = new ClusterMembers({
    ...{ serverId, file: config.servers, status: () => replica.status() },
  });
  peers.readFrom(() => members.others);
  const hosts = (): readonly string[] => members.hosts;
  const neighbours = new Neighbours({ hosts, lookUp: lookUpHost, now: () => performance.now() });
  // Names are known by the time the other servers call, and looked up again when they change.
  void neighbours.lookAgain();
  return {
    ...{ serverId, members, replica, neighbours, nowMs: Date.now },
    ...{ configDigest: configDigestOf(config), dataSinceMs: sinceMs },
    findOlder: () => findOlder(members.all, proof),
    formats: () => ({ newest: gate.newest, inUse: replica.stateMachine.formatInUse }),
    files: new PresentFiles(() => replica.stateMachine.files),
    site: { answer: (query) => replica.stateMachine.site.answer(query) },
    commands: {
      findMistake: (payload) => replica.stateMachine.findMistake(payload),
      view: (payload) => replica.stateMachine.view(payload),
    },
  };
}

/**
 * `localhost` is taken as 127.0.0.1, which every client of that name also tries; what it means
 * otherwise (::1, or both) depends on the machine.
 */
function listenAddress({ listen }: ServerArguments, server: ClusterServer): ListenPlace {
  const host = listen === undefined ? server.host : listen.host;
  return {
    host: host?.toLowerCase() === 'localhost' ? '127.0.0.1' : host,
    port: listen?.port ?? server.port,
    alsoHosts: listen?.alsoHosts,
  };
}

async function openPort(
  server: ClusterServer,
  { rpcServer, blocks, ownStore }: ServerParts,
  opened: ServerStorage,
): Promise<void> {
  try {
    await rpcServer.listen();
  } catch (error) {
    blocks.close();
    await ownStore?.release();
    await opened.opened.storage.close();
    await opened.release();
    if (!(error instanceof ListenError)) throw error;
    const advice = error.code === 'EADDRNOTAVAIL' ? ' (--listen names another)' : '';
    throw new StartError(`server ${server.id} cannot start: ${error.message}${advice}`);
  }
}

/** Calls that are pending get their answers from the stopping replica before the port closes. */
async function stopServer(parts: ServerParts, opened: ServerStorage) {
  const { replica, rpcServer, blocks, ownStore } = parts;
  parts.stopWatchingFormats();
  const portClosed = rpcServer.close();
  await replica.stop();
  await portClosed;
  blocks.close();
  await ownStore?.release();
  await opened.release();
}

function logOpened(
  logger: Logger,
  { args, config, server, secretFile, tlsFiles }: ServerProcessOptions,
  { opened, place }: ServerStorage,
): void {
  const { isNew, notices } = opened.recovered;
  const known = isNew ? 'new' : describeRecovered(opened.recovered);
  const who = `server ${server.id} of ${config.servers.length} at ${server.address}`;
  logger.log('info', `${who}: ${known}; ${place}`);
  const warnings = [...(secretFile?.warnings ?? []), ...(tlsFiles?.warnings ?? [])];
  for (const notice of [...notices, ...warnings]) logger.log('warn', notice);
  const openPort = findOpenPort(listenAddress(args, server), {
    isGuarded: secretFile !== undefined || tlsFiles !== undefined,
    danger: 'read and change every file',
  });
  if (openPort !== undefined) logger.log('warn', openPort);
}

/** For example `term 7, snapshot through 1200, log 1001–1310, member`. */
function describeRecovered({ hardState, snapshot, logBase, entries }: RecoveredState): string {
  const { term, standing } = hardState;
  const image = snapshot.index > 0 ? `snapshot through ${snapshot.index}` : 'no snapshot';
  const lastIndex = logBase.index + entries.length;
  const log = entries.length > 0 ? `log ${logBase.index + 1}–${lastIndex}` : 'no log';
  return `term ${term}, ${image}, ${log}, ${standing}`;
}

/** A server that was removed has nothing to do any more, and nobody who tells it. */
function warnIfRemoved(logger: Logger, event: ReplicaEvent, own: ServerId): void {
  if (event.type !== 'raft' || event.note.type !== 'membersChanged') return;
  const { members, nextId } = event.note.configuration;
  if (own >= nextId || members.some(({ id }) => id === own)) return;
  logger.log('warn', `server ${own} is removed from the cluster: it can be ended for good`);
}
