/**
 * Where a server is reached, as browsers and configurations write it: `host:port`, made equal where
 * both mean the same.
 */

export type Scheme = 'http' | 'https';

export interface Place {
  readonly host: string;
  readonly port: number;
}

const defaultPorts = { http: 80, https: 443 } as const;

/** Stands for every name of a machine to itself. */
export const loopback = 'localhost';

/** Of `host` or `host:port`, an IPv6 host in brackets; undefined for what is neither. */
export function readPlace(text: string, scheme: Scheme): Place | undefined {
  const parts = /^(\[[\da-f:.]+\]|[^[\]:/@?#\s]+)(?::(\d{1,5}))?$/i.exec(text);
  if (parts === null) return undefined;
  const [, host = '', port] = parts;
  return {
    host: plainHost(host.replace(/^\[|\]$/g, '')),
    port: port === undefined ? defaultPorts[scheme] : Number(port),
  };
}

/** One spelling of a host without brackets; all names of a machine to itself are one. */
export function plainHost(host: string): string {
  const lower = host.toLowerCase();
  const isLoopback = lower === loopback || lower === '::1' || /^127\.\d+\.\d+\.\d+$/.test(lower);
  return isLoopback ? loopback : lower;
}
