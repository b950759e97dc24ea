/**
 * Which pages in a browser are this cluster's own: those that one of its servers served under an
 * address of the configuration. A browser says where a page comes from (`Origin`), and to whom the
 * page believes to speak (`Host`); both must be addresses of the cluster, so that neither a page
 * from elsewhere nor a foreign name that leads to this machine gets through
 * (docs/decisions/0022-live-page.md).
 */
import { isIP } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';
import { pageHeaders } from '../peer-header.js';
import { formatAddress, type ServerAddress } from '../server-address.js';

/** Who makes a request: no page, one that this cluster served, or any other. */
export type PageKind = 'none' | 'own' | 'foreign';

export interface PageOriginsOptions {
  readonly scheme: 'http' | 'https';
  /** The servers of the cluster, as they are now. */
  readonly servers: () => readonly ServerAddress[];
  /** The port that is open; on this machine it is this server's whatever it is called elsewhere. */
  readonly ownPort: () => number;
}

const defaultPorts = { http: 80, https: 443 } as const;

/** Stands for every name of this machine to itself. */
const loopback = 'localhost';

export class PageOrigins {
  readonly #options: PageOriginsOptions;

  constructor(options: PageOriginsOptions) {
    this.#options = options;
  }

  kindOf(headers: IncomingHttpHeaders): PageKind {
    if (pageHeaders.every((name) => headers[name] === undefined)) return 'none';
    const { origin } = headers;
    return origin !== undefined && this.#isOwn(origin, headers) ? 'own' : 'foreign';
  }

  /** Why a page that was loaded from here cannot make calls; undefined when it can. */
  whyNoCalls(headers: IncomingHttpHeaders): string | undefined {
    const { scheme, servers } = this.#options;
    if (this.#isOwn(headers.origin ?? `${scheme}://${headers.host ?? ''}`, headers))
      return undefined;
    const first = servers()[0];
    const place = first === undefined ? '' : `, such as ${scheme}://${formatAddress(first)}/`;
    return `the page was not opened at an address of the configuration${place}`;
  }

  /** Why the feed is not for whoever asks so; undefined when it is. */
  whyNoFeed(headers: IncomingHttpHeaders): string | undefined {
    const { origin, host = '' } = headers;
    const asked = this.#place(host);
    if (asked !== undefined && !this.#isOurs(asked) && !isAddress(asked)) {
      return `this server does not go by the name ${asked.host}; use an address of the configuration`;
    }
    if (origin === undefined || this.kindOf(headers) === 'own') return undefined;
    if (origin === `${this.#options.scheme}://${host}`) return undefined;
    return "a page from elsewhere does not get the cluster's feed";
  }

  /** What lets a page of this cluster's own read an answer; nothing for all others. */
  grant(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
    const { origin } = headers;
    if (origin === undefined || this.kindOf(headers) !== 'own') return {};
    return { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
  }

  #isOwn(origin: string, { host }: IncomingHttpHeaders): boolean {
    const prefix = `${this.#options.scheme}://`;
    if (!origin.startsWith(prefix) || host === undefined) return false;
    const [from, to] = [this.#place(origin.slice(prefix.length)), this.#place(host)];
    return from !== undefined && to !== undefined && this.#isOurs(from) && this.#isOurs(to);
  }

  #isOurs({ host, port }: Place): boolean {
    const { servers, ownPort } = this.#options;
    if (host === loopback && port === ownPort()) return true;
    return servers().some((server) => plainHost(server.host) === host && server.port === port);
  }

  /** Of `host:port`, an IPv6 host in brackets; undefined for what is none. */
  #place(text: string): Place | undefined {
    const parts = /^(\[[\da-f:.]+\]|[^[\]:/@?#\s]+)(?::(\d{1,5}))?$/i.exec(text);
    if (parts === null) return undefined;
    const [, host = '', port] = parts;
    const { scheme } = this.#options;
    return {
      host: plainHost(host.replace(/^\[|\]$/g, '')),
      port: port === undefined ? defaultPorts[scheme] : Number(port),
    };
  }
}

interface Place {
  readonly host: string;
  readonly port: number;
}

/** One spelling of a host; all names of this machine to itself are one. */
function plainHost(host: string): string {
  const lower = host.toLowerCase();
  const isLoopback = lower === loopback || lower === '::1' || /^127\.\d+\.\d+\.\d+$/.test(lower);
  return isLoopback ? loopback : lower;
}

/** Whether nobody can make it lead elsewhere: a name can be, an address cannot. */
function isAddress({ host }: Place): boolean {
  return host === loopback || isIP(host) !== 0;
}
