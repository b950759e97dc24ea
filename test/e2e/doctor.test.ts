/**
 * `surfraft doctor` at real clusters in which something is wrong: it names the cause, and the
 * servers that it is about, before all that follows from it.
 */
import { expect } from 'chai';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Finding } from '../../src/doctor/finding.js';
import { projectRoot } from '../tidy/source-text.js';
import { eventually } from './support/eventually.js';
import { fastElections } from './support/fast-elections.js';
import { FailingWrites } from './support/failing-writes.js';
import { pend } from './support/pend.js';
import { ServerUnderTest } from './support/server-under-test.js';
import { surfraft } from './support/surfraft.js';
import { host, type TestCluster } from './support/test-cluster.js';
import { SmallDisk } from './support/test-disk.js';
import { useClusters } from './support/use-clusters.js';
import { Workload } from './support/workload.js';

const serverProgram = join(projectRoot(), 'build/src/cli/run-server.js');
const hourMs = 3_600_000;
const noticeMsMax = 10_000;

interface Told {
  readonly exitCode: number | undefined;
  readonly ok: boolean;
  readonly works: boolean;
  readonly findings: readonly Finding[];
}

async function doctor(cluster: TestCluster, ...args: readonly string[]): Promise<Told> {
  const { exitCode, stdout } = await surfraft('doctor', cluster.configPath, '--json', ...args);
  return { exitCode, ...(JSON.parse(stdout) as Omit<Told, 'exitCode'>) };
}

/** The first finding, and what it says of works and exit code. */
async function cause(cluster: TestCluster, works: boolean): Promise<Finding> {
  const told = await doctor(cluster);
  expect(told, JSON.stringify(told.findings)).to.include({ exitCode: 1, ok: false, works });
  const [first] = told.findings;
  if (first === undefined) throw new Error('nothing was found');
  return first;
}

/** Resolves once there is nothing to find any more. */
async function allWell(cluster: TestCluster): Promise<void> {
  await cluster.startAll();
  await cluster.leader();
  await cluster.agreement(noticeMsMax);
  expect(await doctor(cluster)).to.include({ exitCode: 0, ok: true, works: true });
}

describe('surfraft doctor', () => {
  const clusters = useClusters('suite');
  let cluster: TestCluster;

  before(async () => {
    cluster = await clusters.start(3, ...fastElections);
  });

  afterEach(async () => {
    for (const { id } of cluster.servers.filter(({ isRunning }) => isRunning)) {
      await cluster.value(id, 'restore');
    }
    await allWell(cluster);
  });

  it('says that nothing is wrong where all is well', async () => {
    const { exitCode, stdout } = await surfraft('doctor', cluster.configPath);
    expect(stdout).to.match(
      /^Nothing is wrong: 3 of 3 servers answer; server \d leads in term \d+; a majority /,
    );
    expect(exitCode).to.equal(0);
  });

  it('says who does not run, since when, and what to do, in words', async () => {
    await cluster.server(2).end('SIGKILL');
    expect(await cause(cluster, true)).to.deep.include({ kind: 'not-running', servers: [2] });
    const { stdout, exitCode } = await surfraft('doctor', `${host}:${cluster.server(0).port}`);
    const { port } = cluster.server(2);
    expect(stdout).to.match(/^The cluster works, but something is wrong: 2 of 3 servers answer; /);
    expect(stdout).to.match(
      new RegExp(
        `^1\\. Server 2 does not run: nothing listens at localhost:${port}\\. ` +
          'Server [01] last heard from it [\\d.]+ s ago\\.\n {3}What to do: Start server 2 ',
        'm',
      ),
    );
    expect(exitCode).to.equal(1);
  });

  it('says why there is no majority', async () => {
    await Promise.all([0, 2].map((id) => cluster.server(id).end('SIGKILL')));
    const { findings, works } = await doctor(cluster);
    expect(works).to.equal(false);
    expect(findings.map(({ kind, servers }) => [kind, servers])).to.deep.equal([
      ['not-running', [0]],
      ['not-running', [2]],
      ['no-majority', [0, 1, 2]],
    ]);
  });

  it('tells a process that is stopped from one that is gone', async () => {
    cluster.server(1).signal('SIGSTOP');
    try {
      expect(await cause(cluster, true)).to.deep.include({ kind: 'hanging', servers: [1] });
    } finally {
      cluster.server(1).signal('SIGCONT');
    }
  });

  it('names the crash switch', async () => {
    expect((await surfraft('crash', cluster.configPath, '1')).exitCode).to.equal(0);
    expect(await cause(cluster, true)).to.deep.include({
      ...{ kind: 'crashed', servers: [1] },
      advice: `npx surfraft restore ${cluster.configPath} 1`,
    });
  });

  it('names a partition in both directions', async () => {
    await surfraft('partition', cluster.configPath, '0', 'from', '1,2');
    const { kind, problem } = await cause(cluster, true);
    expect([kind, problem]).to.deep.equal([
      'partition',
      'Servers are cut off from each other on purpose: ' +
        'server 0 and servers 1 and 2 do not reach each other.',
    ]);
  });

  it('names a partition that leaves nobody a majority', async () => {
    await surfraft('partition', cluster.configPath, '0', 'from', '1,2');
    await surfraft('partition', cluster.configPath, '1', 'from', '0,2');
    const findings = await eventually('the leader to have nobody', noticeMsMax, async () => {
      const told = await doctor(cluster);
      return told.works ? undefined : told.findings;
    });
    expect(findings.map(({ kind }) => kind)).to.deep.equal(['partition', 'no-leader']);
  });

  it('names a partition in one direction', async () => {
    await surfraft('partition', cluster.configPath, '2', 'from', '0,1', '--one-way');
    const { kind, servers, problem } = await cause(cluster, true);
    expect([kind, servers]).to.deep.equal(['partition', [2]]);
    expect(problem).to.contain('what server 2 sends does not get to servers 0 and 1');
  });

  it('names a server whose data was wiped, and whom it waits for', async () => {
    await Promise.all([1, 2].map((id) => cluster.server(id).end('SIGKILL')));
    await rm(cluster.dataFolder(1), { recursive: true });
    await cluster.server(1).start();
    await eventually('the server to know that it forgot', noticeMsMax, async () => {
      return (await cluster.status(1))?.standing === 'refilling' || undefined;
    });
    const { findings } = await doctor(cluster);
    expect(findings.map(({ kind, servers }) => [kind, servers])).to.deep.equal([
      ['not-running', [2]],
      ['data-lost', [1]],
      ['no-majority', [0, 1, 2]],
    ]);
    expect(findings[1]?.problem).to.match(/its data folder was empty when it started, and is new/);
    expect(findings[1]?.advice).to.match(/^It waits for every other server: bring server 2 back/);
  });

  it('names a server that was started with another configuration', async () => {
    const old = cluster.server(2);
    await old.end('SIGKILL');
    const text = await readFile(cluster.configPath, 'utf8');
    const path = join(cluster.folder, 'other.txt');
    const { port } = cluster.server(1);
    await writeFile(path, text.replace(`localhost:${port}`, 'localhost:1'));
    const other = new ServerUnderTest(2, old.port, [path, '2', ...fastElections]);
    await other.start();
    try {
      const { kind, servers, problem } = await cause(cluster, true);
      expect([kind, servers]).to.deep.equal(['config-differs', [2]]);
      expect(problem).to.match(
        new RegExp(`: server 1 is at localhost:1 and not at localhost:${port}\\.$`),
      );
    } finally {
      await other.end('SIGKILL');
    }
  });

  it('names another program at the port of a server', async () => {
    const { port } = cluster.server(0);
    await cluster.server(0).end('SIGKILL');
    const other = createServer((_request, response) => response.writeHead(404).end());
    other.listen(port, host);
    await once(other, 'listening');
    try {
      expect(await cause(cluster, true)).to.deep.include({ kind: 'stranger', servers: [0] });
    } finally {
      other.closeAllConnections();
      other.close();
      await once(other, 'close');
    }
  });

  it('names a server whose clock is off', async () => {
    // All that a server knows of the time of day is what Date says.
    const shift = `const now = Date.now; Date.now = () => now() + ${hourMs};`;
    const path = join(cluster.folder, 'shift.mjs');
    await writeFile(path, shift);
    const old = cluster.server(1);
    await old.end('SIGKILL');
    const args = [serverProgram, cluster.configPath, '1', ...fastElections];
    const other = new ServerUnderTest(1, old.port, args, `--import=${path}`);
    await other.start();
    try {
      await cluster.leader();
      const { kind, servers, problem } = await cause(cluster, true);
      expect([kind, servers]).to.deep.equal(['clock-differs', [1]]);
      expect(problem).to.match(/^The clock of server 1 is (1 h|59 min) ahead of the others': /);
    } finally {
      await other.end('SIGKILL');
    }
  });
});

describe('surfraft doctor, at a cluster with a secret,', () => {
  const clusters = useClusters();

  it('names the server that has another one', async () => {
    const folder = await clusters.create(1);
    const [right, wrong] = ['right', 'wrong'].map((name) => join(folder.folder, name));
    await writeFile(right ?? '', 'the-secret-of-the-cluster', { mode: 0o600 });
    await writeFile(wrong ?? '', 'another-secret', { mode: 0o600 });
    const cluster = await clusters.start(3, ...fastElections, '--secret-file', right ?? '');
    const old = cluster.server(2);
    await old.end('SIGKILL');
    const args = [cluster.configPath, '2', ...fastElections, '--secret-file', wrong ?? ''];
    const other = new ServerUnderTest(2, old.port, args);
    await other.start();
    try {
      const found = await eventually('the refusal', noticeMsMax, async () => {
        const { findings } = await doctor(cluster);
        return findings.find(({ kind }) => kind === 'secret-differs');
      });
      expect(found.servers).to.deep.equal([2]);
      expect(found.problem).to.contain('server 2 has another secret');
    } finally {
      await other.end('SIGKILL');
    }
  });
});

describe('surfraft doctor, at a cluster with a bad disk,', () => {
  const clusters = useClusters();

  it('names the server, and whether the disk is full', async function () {
    const refusal = await SmallDisk.refusal();
    if (refusal !== undefined) pend(this, `no small disk can be mounted here: ${refusal}`);
    const cluster = await clusters.create(3, ...fastElections);
    const disk = cluster.own(await SmallDisk.mount(cluster.dataFolder(1), 8 * 1024 * 1024));
    await cluster.startAll();
    const workload = new Workload(cluster);
    await workload.progress(20);
    await disk.fill();
    const found = await findDiskTrouble(cluster);
    expect(found).to.deep.include({ servers: [1] });
    expect(found.advice).to.match(/^Make room/);
    await disk.heal();
    await workload.endAndCheck();
  });

  it('names the server whose writes fail', async function () {
    const refusal = await FailingWrites.refusal();
    if (refusal !== undefined) pend(this, `no write can be made to fail here: ${refusal}`);
    const cluster = await clusters.start(3, ...fastElections);
    const workload = new Workload(cluster);
    await workload.progress(20);
    const failing = await FailingWrites.begin(cluster.server(2).pid);
    try {
      const found = await findDiskTrouble(cluster);
      expect(found).to.deep.include({ servers: [2] });
      expect(found.advice).to.match(/^Look at the disk/);
    } finally {
      await failing.end();
    }
    await workload.endAndCheck();
  });
});

function findDiskTrouble(cluster: TestCluster): Promise<Finding> {
  return eventually('the disk to be blamed', noticeMsMax, async () => {
    const { findings } = await doctor(cluster);
    return findings.find(({ kind }) => kind === 'disk-fails');
  });
}
