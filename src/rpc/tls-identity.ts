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

/** What a caller shows and believes, which is not called itself; a client may show nothing. */
export interface TlsCaller extends Pick<TlsIdentity, 'ca'> {
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
}

/**
 * An identity in use, which another one may replace: whoever reads it for a new connection gets the
 * one of now.
 */
export class CurrentTls implements TlsIdentity {
  #now: TlsIdentity;

  constructor(identity: TlsIdentity) {
    this.#now = identity;
  }

  get cert(): Buffer {
    return this.#now.cert;
  }

  get key(): Buffer {
    return this.#now.key;
  }

  get ca(): Buffer {
    return this.#now.ca;
  }

  get clientCa(): Buffer | undefined {
    return this.#now.clientCa;
  }

  replace(identity: TlsIdentity): void {
    this.#now = identity;
  }
}
