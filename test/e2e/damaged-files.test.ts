/**
 * A server whose files were damaged or wiped while it was down is filled up again by the others and
 * counts only then; where nobody can help, it says what is damaged and what to do. In no case does
 * anything acknowledged get lost.
 */
import { expect } from 'chai';
import { cp, rm } from 'node:fs/promises';
import { createRandom } from '../../src/io/seeded-random.js';
import { damage, dataFiles, drawOne, type DamageKind } from './support/damage.js';
import { expectReturn } from './support/disk-troubles.js';
import { eventually } from './support/eventually.js';
import { fastElections } from './support/fast-elections.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';
import { Workload } from './support/workload.js';

const logPattern = /^log-/;
const hardStatePattern = /^hard-state$/;
const identityPattern = /^identity$/;
/** As often a server that would vote must have been refused before we believe that nobody leads. */
const refusedElections = 3;

type Damaging = (cluster: TestCluster, id: number) => Promise<string>;

const wipe: Damaging = async (cluster, id) => {
  await rm(cluster.dataFolder(id), { recursive: true });
  return 'wiped';
};

/** At a place that the seed decides. */
function damaging(pattern: RegExp, kind: DamageKind, seed: string): Damaging {
  return async (cluster, id) => {
    const random = createRandom(seed);
    const files = await dataFiles(cluster.dataFolder(id), pattern);
    // Not at the end, where damage looks like a write that was never finished.
    return damage(drawOne(files, random), kind, random, 0.5);
  };
}

const refillable: readonly (readonly [string, Damaging])[] = [
  ['whose folder is wiped', wipe],
  ['with a flipped byte in its log', damaging(logPattern, 'flipped', 'a')],
  ['with a damaged hard state', damaging(hardStatePattern, 'overwritten', 'b')],
];

describe('a server that forgot something', () => {
  const clusters = useClusters();

  for (const [what, harm] of refillable) {
    it(`${what}, does not help to lose what was acknowledged`, async () => {
      const cluster = await clusters.start(3, ...fastElections);
      const workload = new Workload(cluster);
      await workload.progress(20);
      const leader = (await cluster.leader()).serverId;
      const [forgetful = 0, behind = 0] = cluster.others(leader);
      await cluster.server(behind).end('SIGKILL');
      await workload.progress(20);
      await cluster.server(forgetful).end('SIGKILL');
      await cluster.server(leader).end('SIGKILL');
      const harmed = await harm(cluster, forgetful);
      await Promise.all([forgetful, behind].map((id) => cluster.server(id).start()));
      await expectNoLeader(cluster, behind, harmed);
      await cluster.server(leader).start();
      expect((await cluster.leader()).serverId, harmed).to.equal(leader);
      await expectReturn(cluster, forgetful);
      await workload.progress(20);
      // It counts again.
      await cluster.server(leader).end('SIGKILL');
      await workload.progress(20);
      await workload.endAndCheck();
    });
  }

  for (const size of [3, 5]) {
    it(`is filled up and counts again in an idle cluster of ${size}`, async () => {
      const cluster = await clusters.start(size, ...fastElections);
      const leader = (await cluster.leader()).serverId;
      expect(await cluster.value(leader, 'updatefile', 'f', 1, ['h'])).to.equal(true);
      for (const id of [cluster.others(leader)[0] ?? 0, leader]) {
        await cluster.server(id).end('SIGKILL');
        await wipe(cluster, id);
        await cluster.server(id).start();
        await expectReturn(cluster, id);
      }
      const next = (await cluster.leader()).serverId;
      const minority = cluster.others(leader).filter((id) => id !== next);
      for (const id of minority.slice(0, (size - 1) / 2)) await cluster.server(id).end('SIGKILL');
      expect(await cluster.value(next, 'updatefile', 'f', 2, ['i'])).to.equal(true);
      expect(await cluster.value(next, 'getfileinfo', 'f')).to.deep.equal([2, ['i']]);
    });
  }
});

describe('a server that cannot be helped', () => {
  const clusters = useClusters();

  it('of a cluster of 1 refuses damaged data in a line that names file and remedy', async () => {
    const cluster = await clusters.start(1);
    const workload = new Workload(cluster);
    await workload.progress(20);
    await workload.end();
    await cluster.server(0).end('SIGKILL');
    const folder = cluster.dataFolder(0);
    const copy = `${folder}.copy`;
    await cp(folder, copy, { recursive: true });
    for (const [pattern, kind] of [
      [logPattern, 'flipped'],
      [hardStatePattern, 'flipped'],
      [hardStatePattern, 'cut'],
      [identityPattern, 'flipped'],
    ] as const) {
      await expectRefusal(cluster, 0, damaging(pattern, kind, `alone ${kind}`));
      await rm(folder, { recursive: true });
      await cp(copy, folder, { recursive: true });
    }
    await workload.endAndCheck();
  });

  it('for its identity is gone refuses in any cluster, and is filled up when wiped', async () => {
    const cluster = await clusters.start(3, ...fastElections);
    const workload = new Workload(cluster);
    await workload.progress(20);
    await cluster.server(2).end('SIGKILL');
    await expectRefusal(cluster, 2, damaging(identityPattern, 'cut', 'identity'));
    await wipe(cluster, 2);
    await cluster.server(2).start();
    await expectReturn(cluster, 2);
    await workload.endAndCheck();
  });
});

/** Nobody is elected, though a server that remembers everything it knew tries again and again. */
async function expectNoLeader(
  cluster: TestCluster,
  candidate: number,
  harmed: string,
): Promise<void> {
  const before = cluster.electionCount();
  const triesBefore = preVotes(cluster, candidate);
  await eventually(`server ${candidate} to try`, 10_000, () => {
    const elections = cluster.electionCount() - before;
    expect(elections, `elections that forget what was acknowledged (${harmed})`).to.equal(0);
    return preVotes(cluster, candidate) >= triesBefore + refusedElections ? true : undefined;
  });
}

function preVotes(cluster: TestCluster, id: number): number {
  return cluster.server(id).log.split(' asks for pre-votes in term ').length - 1;
}

async function expectRefusal(cluster: TestCluster, id: number, harm: Damaging): Promise<void> {
  const harmed = await harm(cluster, id);
  const { exitCode, lines } = await cluster.server(id).refusal();
  expect(exitCode, `${harmed}: ${lines.join('\n')}`).to.equal(1);
  expect(lines, harmed).to.have.length(1);
  expect(lines[0], harmed).to.contain(cluster.dataFolder(id));
  expect(lines[0], harmed).to.contain(harmed.split(/[ :]/)[0]);
  expect(lines[0], harmed).to.match(/restore|--fresh/);
}
