/**
 * The options by which a program of the cluster's own (a front of the site, a backup) shows its
 * servers that it is one.
 */
import type { ServerProof } from '../client/rpc-connection.js';
import { readSecretFile } from './read-secret-file.js';
import { readTlsCaller } from './read-tls-files.js';
import { tlsOptions, type TlsOptions } from './tls-options.js';

export const proofOptions = {
  'secret-file': {
    type: 'string',
    requiresArg: true,
    description: "FILE with the cluster's secret",
    defaultDescription: 'none',
  },
  ...tlsOptions,
  'tls-cert': {
    ...tlsOptions['tls-cert'],
    description: 'Show the cluster the certificate in FILE (PEM), where it asks for one',
    defaultDescription: 'none',
  },
  'tls-ca': {
    ...tlsOptions['tls-ca'],
    description: 'Speak HTTPS with the cluster; FILE has the authorities of its servers (PEM)',
    defaultDescription: 'plain HTTP',
  },
  'tls-client-ca': { ...tlsOptions['tls-client-ca'], hidden: true },
} as const;

export interface ProofOptions extends TlsOptions {
  readonly 'secret-file': string | undefined;
}

export interface ReadProof {
  readonly proof: ServerProof;
  /** What whoever runs the program should mend. */
  readonly warnings: readonly string[];
}

/** Throws `UsageError` when a file cannot be used, or an option is missing beside another. */
export async function readProof(given: ProofOptions): Promise<ReadProof> {
  const secretPath = given['secret-file'];
  const secret = secretPath === undefined ? undefined : await readSecretFile(secretPath);
  const tls = await readTlsCaller(given);
  return {
    proof: { secret: secret?.secret, tls: tls?.caller },
    warnings: [...(secret?.warnings ?? []), ...(tls?.warnings ?? [])],
  };
}
