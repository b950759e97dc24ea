/**
 * A fake replica behind a real port, and the calls that tests make to it.
 */
import type { BlockService } from '../../../src/blocks/block-service.js';
import type { BackupSource } from '../../../src/rpc/backup-source.js';
import type { ClusterSecret } from '../../../src/rpc/cluster-secret.js';
import { encodeCall } from '../../../src/rpc/codec/encode.js';
import { decodeResponse, type DecodedResponse } from '../../../src/rpc/codec/response-decoder.js';
import type { HttpLimits } from '../../../src/rpc/http-limits.js';
import { LiveFeed } from '../../../src/rpc/live/live-feed.js';
import type { TesterApi } from '../../../src/rpc/method-table.js';
import { RpcServer } from '../../../src/rpc/rpc-server.js';
import { ServerMetrics } from '../../../src/rpc/server-metrics.js';
import type { TlsIdentity } from '../../../src/rpc/tls-identity.js';
import type { XmlStruct, XmlValue } from '../../../src/rpc/xml-value.js';
import { asServerId } from '../../../src/base/ids.js';
import { readPageFiles } from '../../../src/web/cluster/page-files.js';
import { FakeReplica } from './fake-replica.js';
import { fakeServices } from './fake-services.js';
import { memoryBlocks } from './memory-blocks.js';

export const host = '127.0.0.1';

/** The cluster that a served replica is of. */
export const clusterId = '0123456789abcdef'.repeat(2);

export interface ServeOptions {
  readonly testerApi?: TesterApi;
  /** A free port when left out. */
  readonly port?: number;
  readonly alsoHosts?: readonly string[];
  readonly secret?: ClusterSecret;
  readonly tls?: TlsIdentity;
  readonly backups?: BackupSource;
  /** Left out, the blocks are kept in memory. */
  readonly blocks?: BlockService;
  readonly limits?: Partial<HttpLimits>;
  /** Whether there is a live page, and its feed. */
  readonly isLive?: boolean;
}

/** Server 0 of three. */
export class ServedReplica {
  readonly replica = new FakeReplica();
  readonly metrics = new ServerMetrics();
  readonly bugs: unknown[] = [];
  /** What its wall clock says. */
  nowMs = 1;
  readonly feed: LiveFeed;
  readonly server: RpcServer;

  /** Opens no port yet; `start` does. */
  constructor(options: ServeOptions) {
    const { replica, metrics } = this;
    this.feed = new LiveFeed(asServerId(0), () => this.nowMs);
    this.server = new RpcServer({
      services: fakeServices(replica, () => this.nowMs),
      blocks: options.blocks ?? memoryBlocks(),
      listen: { host, port: options.port ?? 0, alsoHosts: options.alsoHosts },
      testerApi: options.testerApi ?? 'inside',
      version: '1.2.3',
      metrics,
      clusterId,
      secret: options.secret,
      tls: options.tls,
      backups: options.backups,
      live: options.isLive ? { feed: this.feed, pageFiles: readPageFiles() } : undefined,
      onBug: (error) => this.bugs.push(error),
      limits: { closeGraceMs: 100, ...options.limits },
    });
  }

  static async start(options: ServeOptions = {}): Promise<ServedReplica> {
    const served = new ServedReplica(options);
    await served.server.listen();
    return served;
  }

  get port(): number {
    return this.server.port;
  }

  url(path = '/RPC2'): string {
    return `http://${host}:${this.port}${path}`;
  }

  async call(methodName: string, ...params: XmlValue[]): Promise<DecodedResponse> {
    const response = await fetch(this.url(), {
      method: 'POST',
      headers: { 'Content-Type': 'text/xml' },
      body: encodeCall(methodName, params),
    });
    if (response.status !== 200) throw new Error(`HTTP status ${response.status}`);
    return decodeResponse(new Uint8Array(await response.arrayBuffer()));
  }

  /** The answer of a call that must succeed. */
  async value(methodName: string, ...params: XmlValue[]): Promise<XmlValue> {
    const response = await this.call(methodName, ...params);
    if (response.kind !== 'value') throw new Error(`${methodName}: ${JSON.stringify(response)}`);
    return response.value;
  }

  /** The answer of a call that must succeed with a struct. */
  async struct(methodName: string, ...params: XmlValue[]): Promise<XmlStruct> {
    const value = await this.value(methodName, ...params);
    if (!(value instanceof Map)) throw new Error(`${methodName} answered no struct`);
    return value;
  }

  /** The fault of a call that must fail, as `code text`. */
  async fault(methodName: string, ...params: XmlValue[]): Promise<string> {
    const response = await this.call(methodName, ...params);
    if (response.kind !== 'fault') throw new Error(`${methodName}: ${JSON.stringify(response)}`);
    return `${response.fault.code} ${response.fault.text}`;
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
