/**
 * How the servers of the judged cluster are reached: in the clear or over TLS, and what every call
 * shows them.
 */

/** Whom the tester believes and what it shows, all in PEM. */
export interface Tls {
  readonly ca: Buffer;
  /** Both or none. */
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

export interface Access {
  /** Undefined stands for plain HTTP. */
  readonly tls: Tls | undefined;
  /** The header that proves that the caller knows the cluster's secret, where it has one. */
  readonly headers: Readonly<Record<string, string>>;
}

export const openAccess: Access = { tls: undefined, headers: {} };
