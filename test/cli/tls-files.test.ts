/**
 * The options --tls-*: files that are refused, and a cluster of processes that speaks TLS only.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTlsFiles } from '../../src/cli/read-tls-files.js';
import type { TlsArguments } from '../../src/cli/tls-options.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { Certificates } from '../rpc/support/certificates.js';
import { httpsPost } from '../rpc/support/https-post.js';
import { projectRoot } from '../tidy/source-text.js';
import { findFreePorts } from './free-ports.js';
import { waitFor } from './wait-for.js';

describe('the options --tls-*', () => {
  let certificates: Certificates;
  let good: TlsArguments;

  before(async function () {
    const made = await Certificates.createOrSkip(this);
    certificates = made;
    await made.makeAuthority('ca');
    await made.make('server', 'ca');
    await made.make('other', 'ca');
    await chmod(made.path('server.key'), 0o600);
    good = {
      certFile: made.path('server.pem'),
      keyFile: made.path('server.key'),
      caFile: made.path('ca.pem'),
      clientCaFile: undefined,
    };
  });

  after(async () => {
    await certificates.remove();
  });

  async function refusalOf(args: TlsArguments): Promise<string> {
    try {
      await readTlsFiles(args);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    throw new Error('the files were accepted');
  }

  it('take PEM files, and warn of a key that others may read', async () => {
    const { identity, warnings } = await readTlsFiles({ ...good, clientCaFile: good.caFile });
    expect(identity.clientCa?.equals(identity.ca)).to.equal(true);
    expect(warnings).to.deep.equal([]);
    const keyFile = certificates.path('open.key');
    await writeFile(keyFile, identity.key);
    await chmod(keyFile, 0o644);
    expect((await readTlsFiles({ ...good, keyFile })).warnings.join()).to.contain('mode 644');
  });

  it('name the option and the file that cannot be read or used, in one line', async () => {
    const absent = certificates.path('absent');
    const garbage = certificates.path('garbage');
    await writeFile(garbage, '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n');
    for (const [option, wrong] of [
      ['--tls-cert', (certFile: string) => ({ certFile })],
      ['--tls-key', (keyFile: string) => ({ keyFile })],
      ['--tls-ca', (caFile: string) => ({ caFile })],
      ['--tls-client-ca', (clientCaFile: string) => ({ clientCaFile })],
    ] as const) {
      const unread = await refusalOf({ ...good, ...wrong(absent) });
      expect(unread).to.contain(`${option} ${absent} cannot be read: there is no such file`);
      const unusable = await refusalOf({ ...good, ...wrong(garbage) });
      expect(unusable).to.contain(`${option} ${garbage} cannot be used: `);
      expect(unusable).not.to.contain('\n');
    }
    const otherKey = await refusalOf({ ...good, keyFile: certificates.path('other.key') });
    expect(otherKey).to.contain('other.key is not the key of --tls-cert');
    const caWithoutAny = await refusalOf({ ...good, caFile: good.keyFile });
    expect(caWithoutAny).to.contain('there is no certificate in it; expected certificates');
  });

  it('make a cluster of three that elects a leader and answers over HTTPS', async () => {
    const ports = await findFreePorts(3);
    const config = certificates.path('cluster.txt');
    const servers = ports.map((port, id) => `metadata${id}: localhost:${port}\n`);
    await writeFile(config, `M: 3\n${servers.join('')}`);
    const runner = execa(
      process.execPath,
      [
        ...[join(projectRoot(), 'build/src/cli/run-server.js'), config, '--ephemeral'],
        ...['--tls-cert', good.certFile, '--tls-key', good.keyFile, '--tls-ca', good.caFile],
      ],
      { reject: false, cwd: certificates.folder },
    );
    let log = '';
    runner.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    try {
      await waitFor('a leader', () => log.includes('elected leader'));
      const { ca } = (await readTlsFiles(good)).identity;
      const body = encodeCall('updatefile', ['a', 1, ['h']]);
      const answers = await Promise.all(ports.map((port) => httpsPost(port, body, { ca })));
      expect(answers.filter((answer) => answer === 'true')).to.have.length(1);
    } finally {
      runner.kill('SIGTERM');
    }
    expect((await runner).exitCode).to.equal(0);
  });
});
