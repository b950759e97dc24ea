/**
 * A client of the whole cluster: it finds the leader, follows it when it changes, and repeats only
 * what is safe to repeat. Reads are linearizable, like the server's.
 *
 * Without a majority an operation blocks, like the server's, until there is one or the client is
 * closed. It fails once `timeoutMs` have gone by without any sign of a leader.
 */
import { setMaxListeners } from 'node:events';
import { must } from '../base/assert.js';
import { UnencodableError } from '../rpc/codec/encode.js';
import type { XmlValue } from '../rpc/xml-value.js';
import type { SiteUpdated } from '../site/site-call.js';
import type { SiteCommand } from '../site/site-command.js';
import { InvalidArgument, NotLeader, UnexpectedAnswer } from './client-errors.js';
import { ClusterView } from './cluster-view.js';
import {
  toFileInfo,
  toFileInfoMap,
  toFileInfoPage,
  toKeptVersions,
  toVersionsPage,
} from './file-answers.js';
import type {
  FileInfo,
  FileInfoPage,
  HashItem,
  KeptVersion,
  NamedVersion,
  VersionsPage,
} from './file-answers.js';
import { EitherSignal } from './either-signal.js';
import { LeaderCall } from './leader-call.js';
import type { LeaderRequest } from './leader-call.js';
import { RpcConnection } from './rpc-connection.js';
import type { RpcAnswer, ServerEndpoint, ServerProof } from './rpc-connection.js';
import { toSiteUpdated } from './site-answers.js';

export interface ClusterClientOptions extends ServerProof {
  /** An operation fails after so long without a sign of progress; 10 s. */
  readonly timeoutMs?: number;
  /** A server that says nothing for so long is asked, and left, for others; 1 s. */
  readonly silenceMs?: number;
}

export interface FileVersion {
  readonly name: string;
  readonly version: number;
}

export interface UpdateOptions {
  /**
   * The id under which the update takes effect once, however often it is sent; a new UUID unless
   * given. `null` sends none: then a cut connection ends in `OutcomeUnknown`.
   */
  readonly requestId?: string | null;
}

const timeoutMsDefault = 10_000;
const silenceMsDefault = 1_000;
/** Files, or versions, that the iterators over all of them ask for at a time. */
const pageFilesDefault = 500;

export class ClusterClient {
  readonly #timeoutMs: number;
  readonly #silenceMs: number;
  readonly #connections = new Map<ServerEndpoint, RpcConnection>();
  readonly #proof: ServerProof;
  readonly #closing = new AbortController();
  readonly #view: ClusterView;
  /** Who answered as the leader last. */
  #leader: ServerEndpoint;

  /** `servers`: all of the cluster, or some of them that name the others; at least one. */
  constructor(servers: readonly ServerEndpoint[], options: ClusterClientOptions = {}) {
    // Every call in progress listens; how many there are is up to the caller.
    setMaxListeners(0, this.#closing.signal);
    this.#timeoutMs = options.timeoutMs ?? timeoutMsDefault;
    this.#silenceMs = options.silenceMs ?? silenceMsDefault;
    const { secret, tls } = options;
    this.#proof = { secret, tls };
    this.#view = new ClusterView(servers, this.#silenceMs, this.#proof);
    this.#leader = must(servers[0], 'a cluster has a server');
  }

  /** Those that were given, and those that they have named since. */
  get servers(): readonly ServerEndpoint[] {
    return this.#view.servers;
  }

  /** All files, tombstones included. For many files, `files()` asks in pages. */
  async getFileInfoMap(): Promise<ReadonlyMap<string, FileInfo>> {
    return toFileInfoMap(await this.#read('getfileinfomap', []));
  }

  /** One file; version 0 if it was never seen. */
  async getFileInfo(name: string): Promise<FileInfo> {
    return toFileInfo(await this.#read('getfileinfo', [name]));
  }

  /** The first `limit` (1 … 10,000) files behind `afterName`, which may be empty. */
  async getFileInfoPage(afterName: string, limit: number): Promise<FileInfoPage> {
    return toFileInfoPage(await this.#read('getfileinfopage', [afterName, limit]));
  }

  /** All files in order of their names. Each page is a read of its own moment. */
  async *files(): AsyncGenerator<FileInfoPage['files'][number]> {
    let page: FileInfoPage | undefined;
    do {
      page = await this.getFileInfoPage(page?.files.at(-1)?.name ?? '', pageFilesDefault);
      if (page.more && page.files.length === 0) {
        throw new UnexpectedAnswer('a page without files says that there are more');
      }
      yield* page.files;
    } while (page.more);
  }

  /** The versions of a file that are kept, the current one first; none if it was never seen. */
  async getFileVersions(name: string): Promise<readonly KeptVersion[]> {
    return toKeptVersions(await this.#read('getfileversions', [name]));
  }

  /**
   * The first `limit` (1 … 10,000) versions behind a place, or fewer: the older ones of `afterName`
   * below `afterVersion`, if that is not 0, and then those of the files behind.
   */
  async getVersionsPage(afterName: string, limit: number, afterVersion = 0): Promise<VersionsPage> {
    return toVersionsPage(await this.#read('getversionspage', [afterName, limit, afterVersion]));
  }

  /** All versions of all files, in the order of such pages, each a read of its own moment. */
  async *versions(): AsyncGenerator<NamedVersion, void> {
    let last: NamedVersion | undefined;
    for (;;) {
      const { versions, more } = await this.getVersionsPage(
        ...([last?.name ?? '', pageFilesDefault, last?.version ?? 0] as const),
      );
      yield* versions;
      if (!more) return;
      if (versions.length === 0) {
        throw new UnexpectedAnswer('a page without versions says that there are more');
      }
      last = versions.at(-1);
    }
  }

  /** Keeps these older versions (1,000 at most) no longer; some may be gone already. */
  async forgetVersions(versions: readonly FileVersion[]): Promise<void> {
    const answer = await this.#onLeader({
      method: 'forgetversions',
      params: [versions.map(({ name, version }) => [name, version])],
      isUpdate: true,
      isRepeatable: true,
      requestId: undefined,
    });
    if (answer !== true) throw new UnexpectedAnswer('forgetversions did not answer true');
  }

  /** Makes `version` of a file; false if that is not its current version + 1. */
  async updateFile(
    name: string,
    version: number,
    hashlist: readonly HashItem[],
    options: UpdateOptions = {},
  ): Promise<boolean> {
    const requestId = options.requestId === undefined ? crypto.randomUUID() : options.requestId;
    const params = [name, version, hashlist];
    const updated = await this.#onLeader({
      method: 'updatefile',
      params: requestId === null ? params : [...params, requestId],
      isUpdate: true,
      isRepeatable: requestId !== null,
      requestId: requestId ?? undefined,
    });
    if (typeof updated === 'boolean') return updated;
    throw new UnexpectedAnswer('updatefile answered neither true nor false');
  }

  /**
   * Carries out a command of the site, which is repeated as often as need be: its ids make it take
   * effect once. Once `signal` fires it ends in an error, `OutcomeUnknown` if it may have arrived.
   */
  async updateSite(command: SiteCommand, signal?: AbortSignal): Promise<SiteUpdated> {
    const request = {
      method: 'updatesite',
      params: [JSON.stringify(command)],
      ...{ isUpdate: true, isRepeatable: true, requestId: undefined },
    };
    return toSiteUpdated(await this.#onLeader(request, signal));
  }

  /** Who says that it leads; the first, should an old leader not know better yet. */
  async leader(): Promise<ServerEndpoint> {
    const survey = await this.#view.survey();
    const leading = survey.find(({ answer }) => answer === 'leading');
    if (leading === undefined) throw new NotLeader('no server says that it leads');
    return leading.server;
  }

  /** Calls one server, once, and returns whatever comes of it; `signal` ends the waiting. */
  call(
    server: ServerEndpoint,
    method: string,
    params: readonly XmlValue[],
    signal?: AbortSignal,
  ): Promise<RpcAnswer> {
    return this.#connection(server).call(method, params, signal);
  }

  /** Ends everything; operations in progress fail. */
  close(): void {
    this.#closing.abort();
    this.#view.close();
    for (const connection of this.#connections.values()) connection.close();
  }

  #connection(server: ServerEndpoint): RpcConnection {
    const known = this.#connections.get(server);
    if (known !== undefined) return known;
    const connection = new RpcConnection(server, this.#proof);
    this.#connections.set(server, connection);
    return connection;
  }

  #read(method: string, params: readonly XmlValue[]): Promise<XmlValue> {
    return this.#onLeader({
      method,
      params,
      isUpdate: false,
      isRepeatable: true,
      requestId: undefined,
    });
  }

  async #onLeader(request: LeaderRequest, signal?: AbortSignal): Promise<XmlValue> {
    const either = new EitherSignal(this.#closing.signal, signal);
    const call = new LeaderCall(request, {
      view: this.#view,
      connectionTo: (server) => this.#connection(server),
      timeoutMs: this.#timeoutMs,
      silenceMs: this.#silenceMs,
      closing: either.signal,
    });
    try {
      const { value, leader } = await call.run(this.#leader);
      this.#leader = leader;
      return value;
    } catch (error) {
      if (error instanceof UnencodableError) throw new InvalidArgument(error.message);
      throw error;
    } finally {
      either.release();
    }
  }
}
