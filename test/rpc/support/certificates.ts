/**
 * Certificates for tests, made by the openssl command in a folder of their own.
 */
import { execa } from 'execa';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsIdentity } from '../../../src/rpc/tls-identity.js';

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export class Certificates {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Skips the tests of whoever asks, and says so, when this machine has no openssl. */
  static async createOrSkip(tests: Mocha.Context): Promise<Certificates> {
    const { failed } = await execa('openssl', ['version'], { reject: false });
    if (failed) {
      process.stderr.write('there is no openssl command: TLS is not tested\n');
      tests.skip();
    }
    return new Certificates(await mkdtemp(join(tmpdir(), 'surfraft-tls-')));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Makes `<name>.pem` and `<name>.key` of an authority. */
  async makeAuthority(name: string): Promise<void> {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
    await this.#openssl('req', '-x509', ...newKey, ...files, '-days', '2', '-subj', `/CN=${name}`);
  }

  /** Makes `<name>.pem` and `<name>.key`, signed by `authority`, for this machine's own names. */
  async make(name: string, authority: string): Promise<void> {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.csr`];
    await this.#openssl('req', '-new', ...newKey, ...files, '-subj', `/CN=${name}`);
    await writeFile(this.path('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    await this.#openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, '-days', '2'],
      ...['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial'],
      ...['-extfile', 'names'],
    );
  }

  /** The server that shows `name` and believes `authority`. */
  async identity(name: string, authority: string, clientCa?: string): Promise<TlsIdentity> {
    const read = (file: string): Promise<Buffer> => readFile(this.path(file));
    return {
      cert: await read(`${name}.pem`),
      key: await read(`${name}.key`),
      ca: await read(`${authority}.pem`),
      clientCa: clientCa === undefined ? undefined : await read(`${clientCa}.pem`),
    };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  async #openssl(...args: readonly string[]): Promise<void> {
    await execa('openssl', args, { cwd: this.folder });
  }
}
