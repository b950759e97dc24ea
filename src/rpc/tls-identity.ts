/**
 * What a server shows of itself over TLS, and whom it believes. All of it in PEM, and checked to be
 * usable by whoever makes it.
 */
export interface TlsIdentity {
  /** The server's own certificate, with those between it and its authority. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The authorities that sign the certificates of the cluster's servers. */
  readonly ca: Buffer;
  /** When set, clients need a certificate, too: of these authorities, or of the servers'. */
  readonly clientCa: Buffer | undefined;
}
