/**
 * Where a server of the cluster is reached, as the wire side needs it: for hints in faults, for
 * `peers` in states and for the connections between servers.
 */
import type { ServerId } from '../base/ids.js';

export interface ServerAddress {
  readonly id: ServerId;
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** `host:port`, an IPv6 host in brackets. */
export function formatAddress(address: ServerAddress): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
