/**
 * The options `--tls-*` and `--secret-file`: the same files that the servers and their commands
 * take, read and checked before the first call.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { openAccess, type Access, type Tls } from './wire/access.js';

/** Paths as given; none of them: plain HTTP, and no secret. */
export interface AccessFiles {
  readonly 'tls-ca'?: string | undefined;
  readonly 'tls-cert'?: string | undefined;
  readonly 'tls-key'?: string | undefined;
  readonly 'secret-file'?: string | undefined;
}

/** A file cannot be used. The message says which, why, and what was expected. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
}

/** The HTTP header of the secret (docs/api.md, "Guarding"). */
const secretHeader = 'x-surfraft-secret';

/** What is wrong with the options beside each other, if anything. */
export function accessMistake(files: AccessFiles): string | undefined {
  if ((files['tls-cert'] === undefined) !== (files['tls-key'] === undefined)) {
    return '--tls-cert and --tls-key go together';
  }
  const isTlsMeant = files['tls-cert'] !== undefined;
  if (!isTlsMeant || files['tls-ca'] !== undefined) return undefined;
  return '--tls-cert needs --tls-ca, too: the authorities of the servers';
}

/** The options as they were typed, for a command that does the same again. */
export function accessWords(files: AccessFiles = {}): readonly string[] {
  return Object.entries(files).flatMap(([name, path]) =>
    typeof path === 'string' ? [`--${name}`, path] : [],
  );
}

/** Throws `AccessError`. */
export function readAccess(files: AccessFiles = {}): Access {
  const { 'secret-file': secretFile } = files;
  const headers = secretFile === undefined ? {} : { [secretHeader]: readSecret(secretFile) };
  return { ...openAccess, tls: readTls(files), headers };
}

function readTls(files: AccessFiles): Tls | undefined {
  const { 'tls-ca': caFile, 'tls-cert': certFile, 'tls-key': keyFile } = files;
  if (caFile === undefined) return undefined;
  const ca = read('--tls-ca', caFile);
  check(`--tls-ca ${caFile}`, 'certificates in PEM', () => new X509Certificate(ca));
  if (certFile === undefined || keyFile === undefined) {
    return { ca, cert: undefined, key: undefined };
  }
  const cert = read('--tls-cert', certFile);
  const key = read('--tls-key', keyFile);
  check(`--tls-cert ${certFile}`, 'a certificate in PEM', () => new X509Certificate(cert));
  check(`--tls-key ${keyFile}`, 'a private key in PEM without a pass phrase', () =>
    createPrivateKey(key),
  );
  check(`--tls-key ${keyFile}`, `the key of ${certFile}`, () => createSecureContext({ cert, key }));
  return { ca, cert, key };
}

function readSecret(file: string): string {
  const text = read('--secret-file', file).toString('latin1').trim();
  // What is in it is not shown.
  if (/^[!-~]{1,1024}$/.test(text)) return text;
  throw new AccessError(
    `--secret-file ${file} cannot be used; expected 1 to 1024 visible ASCII characters`,
  );
}

function read(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new AccessError(`${option} ${file} cannot be read (${code})`);
  }
}

function check(what: string, expected: string, use: () => unknown): void {
  try {
    use();
  } catch {
    throw new AccessError(`${what} cannot be used; expected ${expected}`);
  }
}
