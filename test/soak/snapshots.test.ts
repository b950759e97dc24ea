/**
 * Endless updates of the same files: the disk holds what they are now and a bounded piece of what
 * they were, a server that was away is brought back by a snapshot, and nothing is lost when all
 * servers die at once.
 */
import { expect } from 'chai';
import { historyBytesMax } from '../../src/base/limits.js';
import { createRandom } from '../../src/io/seeded-random.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { damage, dataFiles, drawOne } from '../e2e/support/damage.js';
import { expectReturn } from '../e2e/support/disk-troubles.js';
import { eventually } from '../e2e/support/eventually.js';
import { folderBytes } from './support/folder-bytes.js';
import type { TestCluster } from '../e2e/support/test-cluster.js';
import { useClusters } from '../e2e/support/use-clusters.js';

const mebibyte = 1024 * 1024;
const names = ['a', 'b', 'c'];
const hashesPerFile = 6_000;
/** What is kept of one update: each hash is 64 characters, with their number and a tag. */
const updateBytes = hashesPerFile * 66;
const loggedBytes = 150 * mebibyte;
const rounds = Math.ceil(loggedBytes / updateBytes / names.length);
/** Files that are written once: they make the state large enough to take a moment to send. */
const lastingNames = Array.from({ length: 30 }, (_, i) => `lasting ${i}`);
/** What the files are now, and what is kept of what they were. */
const stateBytes = (names.length + lastingNames.length) * updateBytes + historyBytesMax;
/**
 * The log between two snapshots with its tail and an unfinished segment, and what is logged while a
 * snapshot of so many bytes is being written.
 */
const logBytesMax = 56 * mebibyte;
/** The newest snapshot, and the one that is being written. */
const snapshotBytesMax = 2 * stateBytes;
/** Of a server that is brought back by a snapshot. */
const catchUpMsMax = 20_000;

describe('150 MB of updates of the same files', () => {
  const clusters = useClusters();

  it('stay within a bounded disk, and reach who was away as a snapshot', async () => {
    const cluster = await clusters.start(3);
    const leader = (await cluster.leader()).serverId;
    const [absent = 0, other = 0] = cluster.others(leader);
    await cluster.server(absent).end('SIGKILL');
    for (const name of lastingNames) await update(cluster, leader, name, 1);
    const peaks = { log: 0, snapshot: 0 };
    const look = async (kind: keyof typeof peaks): Promise<void> => {
      const folders = [leader, other].map((id) => cluster.dataFolder(id));
      const sizes = await Promise.all(folders.map((folder) => folderBytes(folder, kind)));
      peaks[kind] = Math.max(peaks[kind], ...sizes);
    };
    for (let round = 1; round <= rounds; round += 1) {
      await Promise.all(names.map((name) => update(cluster, leader, name, round)));
      await Promise.all([look('log'), look('snapshot')]);
    }
    expect(peaks.log / mebibyte, 'MiB of log').to.be.within(1, logBytesMax / mebibyte);
    const inSnapshots = peaks.snapshot / mebibyte;
    expect(inSnapshots, 'MiB of snapshots').to.be.within(1, snapshotBytesMax / mebibyte);
    const status = await cluster.status(leader);
    expect(status?.snapshotIndex, 'the snapshot').to.be.above(0);
    expect(status?.firstLogIndex, 'where the log begins').to.be.above(1);
    await interruptSending(cluster, absent, absent);
    await interruptSending(cluster, absent, leader);
    await cluster.startAll();
    await expectReturn(cluster, absent);
    expect((await cluster.status(absent))?.firstLogIndex).to.be.above(1);
    await expectContents(cluster, rounds);
    await killAllAndStart(cluster);
    await expectContents(cluster, rounds);
    await damageSnapshot(cluster, absent);
    await cluster.server((await cluster.leader()).serverId).end('SIGKILL');
    await expectContents(cluster, rounds);
  });
});

/** The one list of hashes of a version of a file; the next differs in every hash. */
function hashlist(name: string, version: number): readonly string[] {
  const start = `${name}.${version}.`;
  return Array.from({ length: hashesPerFile }, (_, i) => `${start}${i}`.padEnd(64, 'x'));
}

async function update(
  cluster: TestCluster,
  leader: number,
  name: string,
  version: number,
): Promise<void> {
  const answer = await cluster.value(leader, 'updatefile', name, version, hashlist(name, version));
  expect(answer, `version ${version} of ${name}`).to.equal(true);
}

/** Starts a server that needs a snapshot, and kills one of the two that are busy with it. */
async function interruptSending(
  cluster: TestCluster,
  receiver: number,
  victim: number,
): Promise<void> {
  const begunBefore = sendingsBegun(cluster);
  if (!cluster.server(receiver).isRunning) await cluster.server(receiver).start();
  await eventually('a snapshot to be on its way', catchUpMsMax, () =>
    sendingsBegun(cluster) > begunBefore ? true : undefined,
  );
  await cluster.server(victim).end('SIGKILL');
  expect(cluster.server(receiver).log).not.to.contain("continues from the leader's snapshot");
}

function sendingsBegun(cluster: TestCluster): number {
  const count = (log: string): number => log.split(' sends a snapshot through ').length - 1;
  return cluster.servers.reduce((sum, { log }) => sum + count(log), 0);
}

async function killAllAndStart(cluster: TestCluster): Promise<void> {
  await Promise.all(cluster.servers.map((server) => server.end('SIGKILL')));
  await cluster.startAll();
}

/** A byte of the snapshot is another one when the server starts again: the others refill it. */
async function damageSnapshot(cluster: TestCluster, id: number): Promise<void> {
  const random = createRandom('snapshot');
  await cluster.server(id).end('SIGKILL');
  const snapshots = await dataFiles(cluster.dataFolder(id), /^snapshot/);
  await damage(drawOne(snapshots, random), 'flipped', random);
  const logged = cluster.server(id).log.length;
  await cluster.server(id).start();
  await expectReturn(cluster, id);
  expect(cluster.server(id).log.slice(logged)).to.match(/snapshot.*damaged|damaged.*snapshot/);
}

async function expectContents(cluster: TestCluster, version: number): Promise<void> {
  const { serverId } = await cluster.leader();
  for (const name of [...names, ...lastingNames]) {
    const wanted = lastingNames.includes(name) ? 1 : version;
    const file: XmlValue = await cluster.value(serverId, 'getfileinfo', name);
    expect(file, name).to.deep.equal([wanted, hashlist(name, wanted)]);
  }
  await eventually('every server to have applied it', catchUpMsMax, async () => {
    const running = cluster.servers.filter((server) => server.isRunning);
    const versions = await Promise.all(
      running.map(({ id }) => cluster.value(id, 'tester_getversion', names[0] ?? '')),
    );
    return versions.every((known) => known === version) || undefined;
  });
}
