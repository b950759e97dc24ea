/**
 * What a gateway is told by its configuration file, checked and with every default filled in. Paths
 * stand as the file writes them; whoever reads the file resolves them against its folder.
 */

export interface GatewayConfig {
  readonly workers: readonly WorkerConfig[];
  /** At least one of the two is there; the folder wins where both have a name. */
  readonly baseDirectory: string | undefined;
  readonly cluster: string | undefined;
  /** By which the cluster is called; undefined stands for plain HTTP. */
  readonly clusterTls: ClusterTlsConfig | undefined;
  readonly masterPort: number;
  /** Undefined stands for all interfaces. */
  readonly masterHost: string | undefined;
  readonly healthIntervalMs: number;
  readonly healthTimeoutMs: number;
  readonly workerTimeoutMs: number;
  readonly cacheBytes: number;
  readonly listing: boolean;
  readonly dotfiles: boolean;
  readonly connectionsMax: number;
  /** Take PUT and DELETE for files of the cluster, of so many bytes at most. */
  readonly uploads: boolean;
  readonly uploadBytes: number;
  /** Path of a file: the secret of workers, on this and other machines, that share their caches. */
  readonly shareKey: string | undefined;
  readonly tls: TlsConfig | undefined;
  readonly auth: AuthConfig | undefined;
}

export interface WorkerConfig {
  readonly host: string;
  readonly port: number;
  /** The file says that it is not started or ended here. */
  readonly remote: boolean;
}

/** Paths of files in PEM. */
export interface TlsConfig {
  readonly cert: string;
  readonly key: string;
}

/** Paths of files in PEM: whom to believe, and what to show if the cluster asks for it. */
export interface ClusterTlsConfig {
  readonly ca: string;
  /** Both or none. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Basic authentication (RFC 7617). */
export interface AuthConfig {
  readonly realm: string;
  readonly users: ReadonlyMap<string, ScryptHash>;
}

/** A password's hash: `scrypt:LOG2N:R:P:SALT:KEY`, salt and key in base64url. */
export interface ScryptHash {
  readonly log2n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  readonly key: string;
}
