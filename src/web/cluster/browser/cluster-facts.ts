/** What the server that served the page has written into it. */
import type { ServerAddress } from '../../../doctor/cluster-look.js';
import { isOneOf, type Scheme } from '../../../live/place.js';

export interface ClusterFacts {
  readonly servers: readonly ServerAddress[];
  /** Which of them served the page. */
  readonly self: number;
  readonly scheme: Scheme;
  readonly version: string;
}

/** How the page, and with it every server, is spoken to. */
export function pageScheme(): Scheme {
  return location.protocol === 'https:' ? 'https' : 'http';
}

/**
 * Whether the page was opened under an address that is not of the configuration: then the other
 * servers do not speak to it (docs/decisions/0022-live-page.md).
 */
export function isApart({ scheme, servers }: ClusterFacts): boolean {
  const addresses = servers.map(({ address }) => address);
  return !isOneOf(location.host, addresses, scheme);
}
