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

/** What `formatAddress` gives. */
export function readAddress(id: ServerId, address: string): ServerAddress {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(?<inside>.*)\]$/, '$<inside>');
  return { id, host, port: Number(address.slice(colon + 1)) };
}

/** `host:port`, an IPv6 host in brackets. */
export function formatAddress(address: ServerAddress): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
