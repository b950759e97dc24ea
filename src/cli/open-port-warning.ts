/** Says at the start of a service that its port is open to others and that nothing guards it. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { ListenPlace } from '../rpc/listen-place.js';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export interface Guards {
  /** Whether there is a secret, or TLS. */
  readonly isGuarded: boolean;
  /** What strangers can do otherwise, as the end of a sentence. */
  readonly danger: string;
}

/** One line for the log; undefined when others do not reach the port, or something guards it. */
export function findOpenPort(
  { host, port }: ListenPlace,
  { isGuarded, danger }: Guards,
): string | undefined {
  if (isGuarded || (host !== undefined && isLoopback(host))) return undefined;
  const where = host === undefined ? 'all addresses' : host;
  return (
    `THIS PORT IS OPEN: ${where}, port ${port}, without --secret-file and --tls-*: whoever ` +
    `reaches it can ${danger} (SECURITY.md says what guards against whom)`
  );
}

/** A name, but for localhost, is taken for what others reach. */
function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
