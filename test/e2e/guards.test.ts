/**
 * Who gets in at a real server: strangers, from an address that no machine of the configuration
 * has, and new certificates while it runs.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { must } from '../../src/base/assert.js';
import type { XmlStruct, XmlValue } from '../../src/rpc/xml-value.js';
import { answerFrom } from '../rpc/support/call-from.js';
import { Certificates } from '../rpc/support/certificates.js';
import { projectRoot } from '../tidy/source-text.js';
import { findClusterPorts } from './support/cluster-ports.js';
import { eventually } from './support/eventually.js';
import { fastElections } from './support/fast-elections.js';
import { useClusters } from './support/use-clusters.js';

const stranger = '127.0.0.2';
const laterTerm = 1_000_000;

function struct(members: Readonly<Record<string, XmlValue>>): XmlStruct {
  return new Map(Object.entries(members));
}

describe('a cluster without a secret', () => {
  const clusters = useClusters();

  it('is neither led astray nor crashed by a stranger', async () => {
    const cluster = await clusters.create(3, ...fastElections);
    await cluster.startAll();
    const { serverId, term } = await cluster.leader(5_000);
    const position = { prevLogIndex: 0, prevLogTerm: 0, entries: [], leaderCommit: 0 };
    const ballot = { lastLogIndex: laterTerm, lastLogTerm: laterTerm, leadershipTransfer: true };
    for (const { id, port } of cluster.servers) {
      const from = { port, from: stranger };
      for (const call of [
        ['RequestVote', struct({ term: laterTerm, candidateId: (id + 1) % 3, ...ballot })],
        ['AppendEntries', struct({ term: laterTerm, leaderId: (id + 1) % 3, ...position })],
        ['crash'],
        ['restore'],
        ['makeserverunreachablefrom', [0, 1, 2]],
        ['setleader'],
      ] as const) {
        expect(await answerFrom(from, [...call])).to.match(/^6 unauthorised: .*127\.0\.0\.2/);
      }
      expect(await answerFrom(from, ['getinternalstate'])).to.match(/^6 unauthorised/);
      expect(await answerFrom(from, ['isleader'])).to.equal('answered');
    }
    expect(await cluster.value(serverId, 'updatefile', 'f', 1, ['h'])).to.equal(true);
    const after = await cluster.leader(5_000);
    expect([after.serverId, after.term]).to.deep.equal([serverId, term]);
    for (const { id } of cluster.servers) {
      expect(await cluster.value(id, 'iscrashed')).to.equal(false);
    }
  });
});

describe('a server over TLS', () => {
  let certificates: Certificates;

  before(async function () {
    certificates = await Certificates.createOrSkip(this);
    await certificates.makeAuthority('ca');
    await certificates.make('first', 'ca');
    await certificates.make('second', 'ca');
  });

  after(async () => {
    await certificates.remove();
  });

  async function use(name: string): Promise<void> {
    for (const ending of ['pem', 'key']) {
      await copyFile(certificates.path(`${name}.${ending}`), certificates.path(`now.${ending}`));
    }
  }

  it('shows new certificates after SIGHUP, and keeps the old ones when they are none', async () => {
    await use('first');
    const port = must((await findClusterPorts(1))[0], 'a port');
    await writeFile(certificates.path('c.txt'), `M: 1\nmetadata0: localhost:${port}\n`);
    const server = execa(
      'node',
      [
        ...[join(projectRoot(), 'build/src/cli/run-server.js'), 'c.txt', '0', '--ephemeral'],
        ...['--tls-cert', 'now.pem', '--tls-key', 'now.key', '--tls-ca', 'ca.pem'],
      ],
      { cwd: certificates.folder, reject: false, all: true },
    );
    try {
      let said = '';
      server.all.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const says = (text: string): Promise<boolean> =>
        eventually(`the server to say "${text}"`, 15_000, () =>
          Promise.resolve(said.includes(text) ? true : undefined),
        );
      await says('Accepting requests.');
      expect(await shownAt(port)).to.equal('first');
      await use('second');
      server.kill('SIGHUP');
      await says('new connections use the certificates');
      expect(await shownAt(port)).to.equal('second');
      await writeFile(certificates.path('now.pem'), 'no certificate');
      server.kill('SIGHUP');
      await says('the certificates stay as they were: --tls-cert now.pem');
      expect(await shownAt(port)).to.equal('second');
    } finally {
      server.kill('SIGKILL');
      await server;
    }
  });
});

/** The name in the certificate that the server at this port shows. */
function shownAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      resolve(String(CN));
    });
    socket.on('error', reject);
  });
}
