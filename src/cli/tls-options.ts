/** The options `--tls-*` of everything that serves a port. */
import { UsageError } from './usage-error.js';

/** Paths as given. */
export interface TlsArguments {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly clientCaFile: string | undefined;
}

export const tlsOptions = {
  'tls-cert': {
    type: 'string',
    requiresArg: true,
    description: "Serve HTTPS only, with this server's certificate in FILE (PEM)",
    defaultDescription: 'plain HTTP',
  },
  'tls-key': {
    type: 'string',
    requiresArg: true,
    description: 'FILE with the private key of --tls-cert (PEM)',
    defaultDescription: 'none',
  },
  'tls-ca': {
    type: 'string',
    requiresArg: true,
    description: "FILE with the authorities that sign the servers' certificates (PEM)",
    defaultDescription: 'none',
  },
  'tls-client-ca': {
    type: 'string',
    requiresArg: true,
    description: 'Clients need a certificate of an authority in FILE, or in that of --tls-ca (PEM)',
    defaultDescription: 'clients need none',
  },
} as const;

export interface TlsOptions {
  readonly 'tls-cert': string | undefined;
  readonly 'tls-key': string | undefined;
  readonly 'tls-ca': string | undefined;
  readonly 'tls-client-ca': string | undefined;
}

/** Undefined without any of the options. Throws `UsageError` when some are missing. */
export function readTlsArguments(given: TlsOptions): TlsArguments | undefined {
  const { 'tls-cert': certFile, 'tls-key': keyFile } = given;
  const { 'tls-ca': caFile, 'tls-client-ca': clientCaFile } = given;
  const all = [certFile, keyFile, caFile, clientCaFile];
  if (all.every((path) => path === undefined)) return undefined;
  if (certFile === undefined || keyFile === undefined || caFile === undefined) {
    const files = { '--tls-cert': certFile, '--tls-key': keyFile, '--tls-ca': caFile };
    const missing = Object.entries(files).flatMap(([name, path]) => (path ? [] : [name]));
    throw new UsageError(`TLS needs ${missing.join(' and ')}, too; expected all or none`);
  }
  return { certFile, keyFile, caFile, clientCaFile };
}
