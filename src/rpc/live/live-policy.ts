/**
 * What the live page may load and whom it may ask: its own files, and the servers of the cluster.
 */
import { formatAddress, type ServerAddress } from '../server-address.js';

/** The value of Content-Security-Policy. */
export function livePolicy(servers: readonly ServerAddress[], scheme: 'http' | 'https'): string {
  // A policy cannot name an IPv6 address.
  const places = servers.some(({ host }) => host.includes(':'))
    ? [`${scheme}:`]
    : servers.map((server) => `${scheme}://${formatAddress(server)}`);
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${places.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
