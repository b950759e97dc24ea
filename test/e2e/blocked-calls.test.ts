/**
 * Calls to a leader without a majority hang, and nothing else does; with a majority again all of
 * them get the right answer, and a caller who has gone away leaves nothing behind.
 */
import { expect } from 'chai';
import type { RpcAnswer } from '../../src/client/rpc-connection.js';
import type { XmlStruct } from '../../src/rpc/xml-value.js';
import { eventually } from './support/eventually.js';
import type { ServerStatus, TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const updateCount = 50;
const refusedCount = 10;
const fileReadCount = 20;
const mapReadCount = 20;
const callCount = updateCount + refusedCount + fileReadCount + mapReadCount;
type PendingCounts = Pick<ServerStatus, 'pendingUpdates' | 'pendingReads' | 'pendingCalls'>;

const allPending: PendingCounts = {
  pendingUpdates: updateCount + refusedCount,
  pendingReads: fileReadCount + mapReadCount,
  pendingCalls: callCount,
};
const nonePending: PendingCounts = { pendingUpdates: 0, pendingReads: 0, pendingCalls: 0 };

const pingCount = 50;
/** A ping that had to wait for anything would take far longer; a busy machine does not. */
const pingMsMax = 500;

describe('100 calls without a majority', () => {
  const clusters = useClusters();

  it('hang without disturbing ping, and all get the right answer with a majority', async () => {
    const cluster = await clusters.start(5);
    const leader = await startWithFile(cluster);
    const crashed = cluster.others(leader).slice(0, 3);
    await Promise.all(crashed.map((id) => cluster.value(id, 'crash')));
    const blocked = blockCalls(cluster, leader, AbortSignal.timeout(20_000));
    await expectPending(cluster, leader, allPending);
    await expectPingsAnswered(cluster, leader);
    expect(blocked.answers).to.be.empty;
    await Promise.all(crashed.map((id) => cluster.value(id, 'restore')));
    expectRightAnswers(await blocked.all);
    await expectPending(cluster, leader, nonePending);
  });

  it('leave nothing behind when their callers hang up', async () => {
    const cluster = await clusters.start(3);
    const leader = await startWithFile(cluster);
    for (const id of cluster.others(leader)) await cluster.value(id, 'crash');
    const hangUp = new AbortController();
    const blocked = blockCalls(cluster, leader, hangUp.signal);
    await expectPending(cluster, leader, allPending);
    hangUp.abort();
    await blocked.all;
    await expectPending(cluster, leader, nonePending);
    await eventually('the connections to be closed', 5_000, async () =>
      ((await cluster.status(leader))?.connections ?? Infinity) < callCount / 2 ? true : undefined,
    );
    for (const id of cluster.others(leader)) await cluster.value(id, 'restore');
    const now = (await cluster.leader()).serverId;
    expect(await cluster.value(now, 'updatefile', 'known', 2, ['k2'])).to.equal(true);
  });

  it('are told at once when the leader is crashed, too', async () => {
    const cluster = await clusters.start(3);
    const leader = await startWithFile(cluster);
    for (const id of cluster.others(leader)) await cluster.value(id, 'crash');
    const blocked = blockCalls(cluster, leader, AbortSignal.timeout(20_000));
    await expectPending(cluster, leader, allPending);
    await cluster.value(leader, 'crash');
    for (const answer of await blocked.all) {
      expect(answer).to.have.nested.property('fault.code', 2);
      expect(answer).to.have.nested.property('fault.text').that.contains('isCrashed');
    }
  });
});

/** One file at version 1; the id of the leader. */
async function startWithFile(cluster: TestCluster): Promise<number> {
  const { serverId } = await cluster.leader();
  expect(await cluster.value(serverId, 'updatefile', 'known', 1, ['k1'])).to.equal(true);
  return serverId;
}

interface BlockedCalls {
  /** The answers that have come so far. */
  readonly answers: readonly RpcAnswer[];
  /** All answers, in the order of the calls. */
  readonly all: Promise<readonly RpcAnswer[]>;
}

function blockCalls(cluster: TestCluster, leader: number, signal: AbortSignal): BlockedCalls {
  const answers: RpcAnswer[] = [];
  const call = async (method: string, ...params: readonly (string | number | string[])[]) => {
    const answer = await cluster.call(leader, method, params, signal);
    answers.push(answer);
    return answer;
  };
  const times = <T>(count: number, make: (i: number) => T): readonly T[] =>
    Array.from({ length: count }, (_, i) => make(i));
  const calls = [
    ...times(updateCount, (i) => call('updatefile', `new ${i}`, 1, [`h${i}`])),
    ...times(refusedCount, () => call('updatefile', 'known', 7, ['k7'])),
    ...times(fileReadCount, () => call('getfileinfo', 'known')),
    ...times(mapReadCount, () => call('getfileinfomap')),
  ];
  return { answers, all: Promise.all(calls) };
}

async function expectPending(
  cluster: TestCluster,
  id: number,
  wanted: PendingCounts,
): Promise<void> {
  await eventually(`${JSON.stringify(wanted)} on server ${id}`, 5_000, async () => {
    const { pendingUpdates, pendingReads, pendingCalls } = (await cluster.status(id)) ?? {};
    const isReached =
      pendingUpdates === wanted.pendingUpdates &&
      pendingReads === wanted.pendingReads &&
      pendingCalls === wanted.pendingCalls;
    return isReached || undefined;
  });
}

async function expectPingsAnswered(cluster: TestCluster, id: number): Promise<void> {
  for (let i = 0; i < pingCount; i += 1) {
    const beganMs = performance.now();
    expect(await cluster.value(id, 'ping')).to.equal(true);
    expect(performance.now() - beganMs).to.be.below(pingMsMax);
    expect(await cluster.value(id, 'isleader')).to.equal(true);
  }
}

function expectRightAnswers(answers: readonly RpcAnswer[]): void {
  const values = answers.map((answer) => {
    if (answer.kind !== 'value') expect.fail(JSON.stringify(answer));
    return answer.value;
  });
  const updated = values.splice(0, updateCount);
  expect(updated).to.deep.equal(updated.map(() => true));
  const refused = values.splice(0, refusedCount);
  expect(refused).to.deep.equal(refused.map(() => false));
  for (const file of values.splice(0, fileReadCount)) expect(file).to.deep.equal([1, ['k1']]);
  expect(values).to.have.length(mapReadCount);
  for (const map of values as XmlStruct[]) {
    for (const [name, file] of map) {
      expect(file).to.deep.equal([1, [name === 'known' ? 'k1' : name.replace('new ', 'h')]]);
    }
    expect(map.has('known')).to.equal(true);
  }
}
