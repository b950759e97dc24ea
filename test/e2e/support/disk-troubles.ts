/**
 * What every server owes to its users while its disk refuses, and afterwards; the same for a disk
 * that is full, that hangs, and that fails.
 */
import { expect } from 'chai';
import { faultCode } from '../../../src/rpc/codec/fault-code.js';
import { eventually } from './eventually.js';
import type { TestCluster } from './test-cluster.js';
import type { Workload } from './workload.js';

/** An election timeout, the time in which a write is found to hang, and a busy machine. */
const stepDownMsMax = 2_000;
const newLeaderMsMax = 4_000;
const noticeMsMax = 5_000;
/** A disk that answers sooner does what it should. */
const settledMs = 1_000;
const returnMsMax = 15_000;

/** The leader gives up, another one leads, and the clients' updates go on there. */
export async function expectSuccessor(
  cluster: TestCluster,
  old: number,
  workload: Workload,
): Promise<void> {
  const beganMs = performance.now();
  const going = workload.progress(20);
  // Whatever fails below is the first reason to be told.
  going.catch(() => undefined);
  await eventually(`server ${old} to lead no longer`, stepDownMsMax, async () => {
    const status = await cluster.status(old);
    return status !== undefined && status.status !== 'leader' ? true : undefined;
  });
  const leftMs = newLeaderMsMax - (performance.now() - beganMs);
  await cluster.leaderAmong(cluster.others(old), leftMs);
  await going;
}

/** It lives, says what is wrong, and refuses updates with the promise of no effect. */
export async function expectTrouble(cluster: TestCluster, id: number): Promise<void> {
  const why = await eventually(`server ${id} to name its trouble`, noticeMsMax, async () => {
    const { status, text } = await cluster.page(id, '/readyz');
    return status === 503 && text.includes('storage: ') ? text : undefined;
  });
  const refusal = (await cluster.status(id))?.storageError;
  if (refusal !== null) expect(why).to.contain(refusal);
  const liveness = await cluster.page(id, '/livez');
  // A disk that is only slow is no reason to end the process.
  expect(liveness.status, liveness.text).to.equal(refusal === null ? 200 : 503);
  expect(await cluster.value(id, 'ping')).to.equal(true);
  const isAlone = cluster.servers.length === 1;
  const answer = await cluster.call(id, 'updatefile', ['of nobody', 1, ['h']]);
  expect(answer, JSON.stringify(answer)).to.have.property('kind', 'fault');
  expect(answer)
    .to.have.nested.property('fault.code')
    .that.is.oneOf(isAlone ? [faultCode.storage] : [faultCode.storage, faultCode.notLeader]);
}

/**
 * By itself, in the same process: it is a member, has applied all there is, and says that it is
 * ready. Status and readiness are two answers, and a leader may change between them.
 */
export async function expectReturn(cluster: TestCluster, id: number): Promise<void> {
  await eventually(`server ${id} to be back`, returnMsMax, async () => {
    const statuses = await cluster.statuses();
    const leader = statuses.find(({ status }) => status === 'leader');
    const own = statuses.find(({ serverId }) => serverId === id);
    const isBack =
      leader !== undefined &&
      own?.storageError === null &&
      own.diskSilentMs < settledMs &&
      own.standing === 'member' &&
      own.lastApplied >= leader.commitIndex;
    if (!isBack) return undefined;
    return (await cluster.page(id, '/readyz')).status === 200 || undefined;
  });
}
