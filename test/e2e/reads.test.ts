/**
 * No read is stale: a leader that was paused or cut off, and replaced meanwhile, never answers
 * with what it remembers.
 */
import { expect } from 'chai';
import type { RpcAnswer } from '../../src/client/rpc-connection.js';
import { eventually } from './support/eventually.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const readCount = 30;
const readMsMax = 15_000;

describe('a read at a leader that was replaced', () => {
  const clusters = useClusters();

  it('is not answered from memory when the leader was paused by SIGSTOP', async () => {
    const cluster = await clusters.start(3);
    for (let version = 1; version <= 4; version += 1) {
      const old = (await cluster.leader()).serverId;
      await update(cluster, old, version);
      // These connections are open and warm: what is written to them waits in the socket.
      await Promise.all(startReads(cluster, old));
      cluster.server(old).signal('SIGSTOP');
      const reads = startReads(cluster, old);
      const next = (await cluster.leaderAmong(cluster.others(old))).serverId;
      version += 1;
      await update(cluster, next, version);
      cluster.server(old).signal('SIGCONT');
      expectNoneOlderThan(version, await Promise.all(reads));
    }
  });

  for (const direction of ['both', 'send'] as const) {
    it(`is not answered from memory when the leader was cut off (${direction})`, async () => {
      const cluster = await clusters.start(3);
      const old = (await cluster.leader()).serverId;
      await update(cluster, old, 1);
      await cluster.value(old, 'makeserverunreachablefrom', cluster.others(old), direction);
      const before = startReads(cluster, old);
      const next = (await cluster.leaderAmong(cluster.others(old))).serverId;
      await update(cluster, next, 2);
      const during = startReads(cluster, old);
      expect(await cluster.value(old, 'ping')).to.equal(true);
      await cluster.value(old, 'makeserverunreachablefrom', []);
      const after = startReads(cluster, old);
      expectNoneOlderThan(1, await Promise.all(before));
      expectNoneOlderThan(2, await Promise.all([...during, ...after]));
    });
  }

  it('waits while the leader hears nobody, and gets what is right then', async () => {
    const cluster = await clusters.start(3);
    const leader = (await cluster.leader()).serverId;
    await update(cluster, leader, 1);
    await cluster.value(leader, 'makeserverunreachablefrom', cluster.others(leader), 'receive');
    const reads = startReads(cluster, leader);
    await eventually('the reads to wait', 5_000, async () =>
      (await cluster.status(leader))?.pendingCalls === readCount ? true : undefined,
    );
    await cluster.value(leader, 'makeserverunreachablefrom', []);
    expectNoneOlderThan(1, await Promise.all(reads));
  });
});

async function update(cluster: TestCluster, id: number, version: number): Promise<void> {
  expect(await cluster.value(id, 'updatefile', 'f', version, [`h${version}`])).to.equal(true);
}

/** All kinds of reads, each on a connection of its own. */
function startReads(cluster: TestCluster, id: number): readonly Promise<RpcAnswer>[] {
  const signal = AbortSignal.timeout(readMsMax);
  return Array.from({ length: readCount }, (_, i) => {
    if (i % 3 === 0) return cluster.call(id, 'getfileinfomap', [], signal);
    if (i % 3 === 1) return cluster.call(id, 'getfileinfopage', ['', 10], signal);
    return cluster.call(id, 'getfileinfo', ['f'], signal);
  });
}

/** Each is fault 1 or shows version `oldest` at least; that it was answered at all counts, too. */
function expectNoneOlderThan(oldest: number, answers: readonly RpcAnswer[]): void {
  for (const answer of answers) {
    if (answer.kind === 'fault') {
      expect(answer.fault.code, answer.fault.text).to.equal(1);
    } else if (answer.kind === 'value') {
      expect(versionIn(answer.value)).to.be.at.least(oldest);
    } else {
      expect.fail(JSON.stringify(answer));
    }
  }
}

/** The version of `f` in the answer of any of the reads. */
function versionIn(value: unknown): number {
  const map = value instanceof Map ? (value as ReadonlyMap<string, unknown>) : undefined;
  if (map === undefined) return (value as readonly [number])[0];
  const files = map.get('files') as readonly (readonly [string, number])[] | undefined;
  if (files !== undefined) return files[0]?.[1] ?? 0;
  return (map.get('f') as readonly [number] | undefined)?.[0] ?? 0;
}
