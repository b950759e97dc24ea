/**
 * The command line that runs one local worker of a gateway: what its configuration says, written
 * out in full. It ends when its standard input does, so no worker outlives its master.
 */
import { join } from 'node:path';
import type {
  ClusterTlsConfig,
  GatewayConfig,
  WorkerConfig,
} from '../gateway/config/gateway-config.js';
import type { TlsOptions } from './tls-options.js';

export interface WorkerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export function workerCommand({ host, port }: WorkerConfig, config: GatewayConfig): WorkerCommand {
  const {
    baseDirectory,
    cluster,
    clusterTls,
    cacheBytes,
    listing,
    dotfiles,
    uploads,
    uploadBytes,
  } = config;
  return {
    command: process.execPath,
    args: [
      join(import.meta.dirname, 'worker-program.js'),
      'worker',
      `--port=${port}`,
      ...(isLoopback(host) ? ['--loopback'] : []),
      ...(baseDirectory === undefined ? [] : [`--base=${baseDirectory}`]),
      ...(cluster === undefined ? [] : [`--cluster=${cluster}`]),
      ...(clusterTls === undefined ? [] : tlsWords(clusterTls)),
      `--cache-bytes=${cacheBytes}`,
      ...(listing ? ['--listing'] : []),
      ...(dotfiles ? ['--dotfiles'] : []),
      ...(uploads ? ['--uploads', `--upload-bytes=${uploadBytes}`] : []),
      '--end-with-stdin',
    ],
  };
}

/** How a worker is told by which certificates it calls the cluster. */
export function tlsOptionsOf({ ca, cert, key }: ClusterTlsConfig): TlsOptions {
  return { 'tls-ca': ca, 'tls-cert': cert, 'tls-key': key, 'tls-client-ca': undefined };
}

function tlsWords(tls: ClusterTlsConfig): readonly string[] {
  return Object.entries(tlsOptionsOf(tls)).flatMap(([name, path]) =>
    typeof path === 'string' ? [`--${name}=${path}`] : [],
  );
}

/** Others than the master have no business with such a worker. */
function isLoopback(host: string): boolean {
  return host === '127.0.0.1' || host.toLowerCase() === 'localhost';
}
