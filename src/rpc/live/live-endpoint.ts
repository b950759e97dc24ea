/**
 * `GET /live`: the feed of this server as server-sent events, for the live page and for whoever
 * likes to look with `curl`. It is for those who may read `/status` and the names of files: for
 * everybody who reaches the port, but for pages from elsewhere that somebody's browser shows.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FeedHello } from '../../live/feed.js';
import type { ClusterDoor } from '../cluster-door.js';
import type { MethodServices } from '../method-services.js';
import type { TesterApi } from '../method-table.js';
import type { Caller } from '../method.js';
import { plainPage, type Page } from '../status-endpoints.js';
import { FeedResponse } from './feed-response.js';
import type { LiveFeed } from './live-feed.js';
import { LogEnd } from './log-end.js';
import type { PageOrigins } from './page-origins.js';

export const livePath = '/live';

export interface LiveEndpointOptions {
  readonly feed: LiveFeed;
  readonly services: MethodServices;
  readonly origins: PageOrigins;
  /** For whom the calls are that break a server, and the door before them. */
  readonly testerApi: TesterApi;
  readonly door: ClusterDoor;
  readonly callerOf: (request: IncomingMessage) => Caller;
  readonly statusFields: () => Readonly<Record<string, unknown>>;
  readonly limits: { readonly feedListenersMax: number };
}

export class LiveEndpoint {
  readonly #options: LiveEndpointOptions;
  readonly #open = new Set<FeedResponse>();

  constructor(options: LiveEndpointOptions) {
    this.#options = options;
    const { feed, services, statusFields } = options;
    const logEnd = new LogEnd(services);
    feed.readFrom({
      status: statusFields,
      log: () => logEnd.read(),
      isDeafTo: (from) => services.replica.partition.blocksReceiving(from),
    });
  }

  /** Tells on and on, or calls `refuse` once with what is to be answered instead. */
  serve(request: IncomingMessage, response: ServerResponse, refuse: (page: Page) => void): void {
    const { feedListenersMax } = this.#options.limits;
    const whyNot = this.#options.origins.whyNoFeed(request.headers);
    if (whyNot !== undefined) {
      refuse(plainPage(403, `unauthorised: ${whyNot}`));
      return;
    }
    if (this.#open.size >= feedListenersMax) {
      const page = plainPage(503, `busy: ${feedListenersMax} look at this server already`);
      refuse({ ...page, headers: { ...page.headers, 'Retry-After': '10' } });
      return;
    }
    const { feed, origins } = this.#options;
    const listener = new FeedResponse(response, origins.grant(request.headers));
    this.#open.add(listener);
    const end = (): void => {
      this.#open.delete(listener);
      feed.remove(listener);
    };
    response.once('close', end);
    void this.#hello(request).then((hello) => {
      if (response.destroyed) return;
      listener.tell('hello', JSON.stringify(hello));
      feed.add(listener);
    });
  }

  /** Ends what is being told: the server stops. */
  close(): void {
    for (const listener of this.#open) listener.end();
  }

  async #hello(request: IncomingMessage): Promise<FeedHello> {
    const { feed, services, origins } = this.#options;
    const whyNoCalls = origins.whyNoCalls(request.headers);
    return {
      serverId: services.serverId,
      lifeMs: feed.lifeMs,
      clockMs: services.nowMs(),
      whyNoCalls: whyNoCalls ?? null,
      whyNoFaults: whyNoCalls ?? (await this.#whyNoFaults(request)) ?? null,
    };
  }

  async #whyNoFaults(request: IncomingMessage): Promise<string | undefined> {
    const { testerApi, door, callerOf } = this.#options;
    if (testerApi === 'none') return 'this server was started with --no-tester-api';
    if (testerApi === 'open') return undefined;
    return door.whyNot({ ...callerOf(request), page: 'own' });
  }
}
