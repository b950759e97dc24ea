/**
 * One front, put together: it reads from whichever servers live, has changes made by the leader,
 * and keeps nothing. As many may run as anybody likes.
 */
import { CookieWriter } from './cookies.js';
import type { Front } from './front.js';
import { FrontMetrics } from './front-metrics.js';
import { FrontServer } from './front-server.js';
import { siteAssets } from './pages/assets.js';
import { PasswordWork } from './password-work.js';
import { ServerPool } from './server-pool.js';
import { SiteActions } from './site-actions.js';
import type { SiteCluster } from './site-cluster.js';
import { SiteReader } from './site-reader.js';
import { SiteWriter } from './site-writer.js';

export interface SiteFrontOptions {
  readonly cluster: SiteCluster;
  /** Addresses to listen at; none stands for all. */
  readonly hosts: readonly string[];
  /** 0 takes any free one. */
  readonly port: number;
  /** Browsers reach the site over HTTPS alone. */
  readonly isSecure: boolean;
  readonly say: (urgency: 'info' | 'warn', text: string) => void;
  /** Given a line for each request. */
  readonly log: ((line: string) => void) | undefined;
  readonly onBug: (error: unknown) => void;
  readonly passwords?: PasswordWork;
  readonly nowMs?: () => number;
  readonly headersMsMax?: number;
  readonly requestMsMax?: number;
  readonly writeMsMax?: number;
}

/** Changes that wait for a majority are given up after the first, all else after the second. */
const writesGraceMs = 1_000;
const graceMs = 1_500;

export class SiteFront {
  readonly #cluster: SiteCluster;
  readonly #pool: ServerPool;
  readonly #server: FrontServer;

  constructor(options: SiteFrontOptions) {
    const { cluster, isSecure, say, nowMs = () => Date.now(), writeMsMax } = options;
    // Read now, so that nobody finds out later that they are not there.
    siteAssets();
    this.#cluster = cluster;
    this.#pool = new ServerPool({ cluster, say });
    const reader = new SiteReader(cluster, this.#pool);
    const writer = new SiteWriter({ cluster, say, ...(writeMsMax && { writeMsMax }) });
    const passwords = options.passwords ?? new PasswordWork();
    const front: Front = {
      ...{ reader, isSecure, nowMs },
      actions: new SiteActions({ reader, writer, passwords, nowMs }),
      cookies: new CookieWriter({ isSecure }),
    };
    const metrics = new FrontMetrics(() => ({
      servers: cluster.servers.length,
      liveServers: this.#pool.liveCount,
      writesPending: writer.pending,
    }));
    this.#server = new FrontServer({ ...options, front, metrics });
  }

  /** The port that it serves, whether or not any server answers. Rejects with `ListenError`. */
  async start(): Promise<number> {
    await this.#pool.start();
    return this.#server.listen();
  }

  /**
   * Lets the running requests end, within 1.5 s; whoever waits for a change is told that it was not
   * confirmed, rather than nothing. Resolves with whether all requests were answered.
   */
  async stop(): Promise<boolean> {
    const giveUp = setTimeout(() => {
      this.#cluster.close();
    }, writesGraceMs);
    const isGraceful = await this.#server.close(graceMs);
    clearTimeout(giveUp);
    this.close();
    return isGraceful;
  }

  /** Leaves the cluster. */
  close(): void {
    this.#pool.stop();
    this.#cluster.close();
  }
}
