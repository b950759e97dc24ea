/**
 * Which pages in a browser are this cluster's own: those that one of its servers served under an
 * address of the configuration. A browser says where a page comes from (`Origin`), and to whom the
 * page believes to speak (`Host`); both must be addresses of the cluster, so that neither a page
 * from elsewhere nor a foreign name that leads to this machine gets through
 * (docs/decisions/0022-live-page.md).
 */
import { isIP } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';
import { loopback, plainHost, readPlace, type Place, type Scheme } from '../../live/place.js';
import { pageHeaders } from '../peer-header.js';
import { formatAddress, type ServerAddress } from '../server-address.js';

/** Who makes a request: no page, one that this cluster served, or any other. */
export type PageKind = 'none' | 'own' | 'foreign';

export interface PageOriginsOptions {
  readonly scheme: Scheme;
  /** The servers of the cluster, as they are now. */
  readonly servers: () => readonly ServerAddress[];
  /** The port that is open; on this machine it is this server's whatever it is called elsewhere. */
  readonly ownPort: () => number;
}

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
      return `no server is called ${asked.host}; use an address of the configuration`;
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
    if (from === undefined || to === undefined) return false;
    // Names that only this machine has mean this server to itself, and another one elsewhere.
    return this.#isHere(to)
      ? this.#isOurs(from) || this.#isHere(from)
      : this.#isOurs(from) && this.#isOurs(to);
  }

  /** Whether a program of this machine means this server by it. */
  #isHere({ host, port }: Place): boolean {
    return host === loopback && port === this.#options.ownPort();
  }

  #isOurs({ host, port }: Place): boolean {
    return this.#options
      .servers()
      .some((server) => plainHost(server.host) === host && server.port === port);
  }

  #place(text: string): Place | undefined {
    return readPlace(text, this.#options.scheme);
  }
}

/** Whether nobody can make it lead elsewhere: a name can be, an address cannot. */
function isAddress({ host }: Place): boolean {
  return host === loopback || isIP(host) !== 0;
}
