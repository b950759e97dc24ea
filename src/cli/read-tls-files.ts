/**
 * Reads the files of `--tls-cert`, `--tls-key`, `--tls-ca` and `--tls-client-ca`, and sees to it
 * that they can be used. What is wrong is a `UsageError` that names the option and the file.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { TlsCaller, TlsIdentity } from '../rpc/tls-identity.js';
import { describeOpenMode } from './describe-open-mode.js';
import { readSmallFile, UnreadableFileError, type SmallFile } from './read-small-file.js';
import type { TlsArguments, TlsOptions } from './tls-options.js';
import { UsageError } from './usage-error.js';

/** A bundle of all authorities that a system knows fits four times over. */
const tlsFileBytesMax = 1024 * 1024;

export interface TlsFiles {
  readonly identity: TlsIdentity;
  /** What whoever runs the server should mend, for its log. */
  readonly warnings: readonly string[];
  /** The same files as they are now. Rejects with `UsageError`. */
  readonly readAgain: () => Promise<TlsFiles>;
}

export async function readTlsFiles(args: TlsArguments): Promise<TlsFiles> {
  const { cert, key, warnings } = await readTlsPair(
    { option: '--tls-cert', path: args.certFile },
    { option: '--tls-key', path: args.keyFile },
  );
  const ca = await readAuthorities('--tls-ca', args.caFile);
  const clientCa =
    args.clientCaFile === undefined
      ? undefined
      : await readAuthorities('--tls-client-ca', args.clientCaFile);
  const readAgain = (): Promise<TlsFiles> => readTlsFiles(args);
  return { identity: { cert, key, ca, clientCa }, warnings, readAgain };
}

export interface TlsCallerFiles {
  readonly caller: TlsCaller;
  /** What whoever runs the program should mend. */
  readonly warnings: readonly string[];
}

/**
 * The files of whoever calls and is not called: authorities to believe, and perhaps a certificate
 * to show. Undefined without any of the options.
 */
export async function readTlsCaller(given: TlsOptions): Promise<TlsCallerFiles | undefined> {
  const { 'tls-cert': certFile, 'tls-key': keyFile, 'tls-ca': caFile } = given;
  const shown = { '--tls-cert': certFile, '--tls-key': keyFile };
  const isShown = Object.values(shown).some((path) => path !== undefined);
  if (!isShown && caFile === undefined && given['tls-client-ca'] === undefined) return undefined;
  const needed = { ...(isShown && shown), '--tls-ca': caFile };
  const missing = Object.entries(needed).flatMap(([name, path]) => (path ? [] : [name]));
  if (caFile === undefined || missing.length > 0) {
    throw new UsageError(
      `TLS needs ${missing.join(' and ')}, too; expected --tls-ca with the authorities of the ` +
        "cluster's servers, and --tls-cert with --tls-key where they ask for a certificate",
    );
  }
  const ca = await readAuthorities('--tls-ca', caFile);
  if (certFile === undefined || keyFile === undefined) return { caller: { ca }, warnings: [] };
  const { cert, key, warnings } = await readTlsPair(
    { option: '--tls-cert', path: certFile },
    { option: '--tls-key', path: keyFile },
  );
  return { caller: { cert, key, ca }, warnings };
}

/** A file, and how the person who named it calls it. */
export interface NamedFile {
  readonly option: string;
  readonly path: string;
}

export interface TlsPairFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly warnings: readonly string[];
}

/** A certificate and its key, which fit. */
export async function readTlsPair(certFile: NamedFile, keyFile: NamedFile): Promise<TlsPairFiles> {
  const certName = `${certFile.option} ${certFile.path}`;
  const keyName = `${keyFile.option} ${keyFile.path}`;
  const { bytes: cert } = await readOptionFile(certFile.option, certFile.path);
  const { bytes: key, mode } = await readOptionFile(keyFile.option, keyFile.path);
  checked(certName, 'a certificate in PEM', () => {
    findCertificates(cert);
    createSecureContext({ cert });
  });
  checked(keyName, 'a private key in PEM without a pass phrase', () => createPrivateKey(key));
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new UsageError(`${keyName} is not the key of ${certName}; expected a pair`);
  }
  checked(certName, 'a pair that TLS can use', () => createSecureContext({ cert, key }));
  const warning = describeOpenMode(keyName, mode);
  return { cert, key, warnings: warning === undefined ? [] : [warning] };
}

async function readAuthorities(option: string, path: string): Promise<Buffer> {
  const { bytes } = await readOptionFile(option, path);
  checked(`${option} ${path}`, 'certificates in PEM', () => {
    findCertificates(bytes);
  });
  return bytes;
}

/** Node leaves out what it cannot read; here it throws, as it does when there is nothing. */
function findCertificates(pem: Buffer): void {
  const parts = pem
    .toString('latin1')
    .match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g);
  if (parts === null) throw new Error('there is no certificate in it');
  for (const part of parts) new X509Certificate(part);
}

async function readOptionFile(option: string, path: string): Promise<SmallFile> {
  try {
    return await readSmallFile(path, tlsFileBytesMax);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new UsageError(`${option} ${path} cannot be read: ${error.message}; expected a PEM file`);
  }
}

/** Whatever the cryptography of node throws, it throws about the file. */
function checked(what: string, expected: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
    throw new UsageError(`${what} cannot be used: ${reason}; expected ${expected}`);
  }
}
