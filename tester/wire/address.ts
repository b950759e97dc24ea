/**
 * Where a server listens, as users write it: `host:port`, with an IPv6 host in brackets.
 */

export interface Address {
  /** A name or a number, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The address in `text`, or undefined when it is not `host:port` with a port from 1 to 65535. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65535) return undefined;
  return { host, port };
}

export function formatAddress(address: Address): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** True when both name the same door; the spellings of this machine's loopback count as one. */
export function sameAddress(one: Address, other: Address): boolean {
  const canonical = (host: string): string =>
    loopbackNames.includes(host.toLowerCase()) ? 'localhost' : host.toLowerCase();
  return one.port === other.port && canonical(one.host) === canonical(other.host);
}
