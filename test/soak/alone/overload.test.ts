/**
 * More calls than a cluster can serve: the leader keeps its place and gives right answers only,
 * those who are too many are told so at once, and when the load goes all is as before.
 */
import { expect } from 'chai';
import { pendingCallsMax } from '../../../src/base/limits.js';
import { faultCode } from '../../../src/rpc/codec/fault-code.js';
import { eventually } from '../../e2e/support/eventually.js';
import type { TestCluster } from '../../e2e/support/test-cluster.js';
import { useClusters } from '../../e2e/support/use-clusters.js';
import { Flood } from '../support/flood.js';

const connections = 400;
/** Together ten times as many as can be served within the shortest election timeout. */
const callsEach = 100;
const answersWanted = 100_000;
const floodMsMax = 90_000;
/** A caller beside the flood waits for its turn, in the process of the flood, too. */
const bystanderMsMax = 60_000;
const busyMsMax = 1_000;
const ebbMsMax = 20_000;
const calmMsMax = 500;

describe('ten times the load that can be served', () => {
  const clusters = useClusters();
  let flood: Flood | undefined;

  afterEach(() => {
    flood?.close();
    flood = undefined;
  });

  for (const size of [1, 3]) {
    it(`costs no leader its place in a cluster of ${size}, and passes`, async () => {
      const cluster = await clusters.start(size);
      const { serverId, term } = await cluster.leader();
      const elections = cluster.electionCount();
      flood = new Flood(cluster.server(serverId).port, connections, callsEach);
      const flowing = flood;
      await eventually(`${answersWanted} answers`, floodMsMax, async () => {
        const signal = AbortSignal.timeout(bystanderMsMax);
        const ping = await cluster.call(serverId, 'ping', [], signal);
        expect(ping, JSON.stringify(ping)).to.have.property('kind', 'value');
        return failOr(flowing, flowing.answers >= answersWanted);
      });
      await ebb(flowing);
      expect(flowing.refused, 'calls sent to another leader').to.equal(0);
      expect(flowing.updated).to.be.above(0);
      expect(flowing.read).to.be.above(0);
      await expectCalm(cluster, serverId);
      expect(cluster.electionCount()).to.equal(elections);
      expect((await cluster.leader()).term).to.equal(term);
    });
  }

  it('is bounded: without a majority those beyond the limit are told at once', async () => {
    const cluster = await clusters.start(3);
    const { serverId, term } = await cluster.leader();
    for (const id of cluster.others(serverId)) await cluster.value(id, 'crash');
    const waiting = new Flood(
      cluster.server(serverId).port,
      pendingCallsMax / callsEach,
      callsEach,
    );
    flood = waiting;
    await eventually('as many calls to wait as may', floodMsMax, async () => {
      failOr(waiting, true);
      return (await cluster.status(serverId))?.pendingCalls === pendingCallsMax || undefined;
    });
    const tooMany = [
      ['updatefile', ['one too many', 1, []]],
      ['getfileinfomap', []],
    ] as const;
    for (const [method, params] of tooMany) {
      const beganMs = performance.now();
      const answer = await cluster.call(serverId, method, params);
      expect(answer).to.have.nested.property('fault.code', faultCode.busy);
      expect(performance.now() - beganMs, `ms until ${method} was refused`).to.be.below(busyMsMax);
    }
    expect(waiting.answers).to.equal(0);
    for (const id of cluster.others(serverId)) await cluster.value(id, 'restore');
    await ebb(waiting);
    expect(waiting.busy, 'calls that were let wait and refused later').to.equal(0);
    expect(waiting.answers).to.be.at.least(pendingCallsMax);
    expect(waiting.refused, 'calls sent to another leader').to.equal(0);
    await expectCalm(cluster, serverId);
    expect((await cluster.leader()).term).to.equal(term);
  });
});

function failOr(flood: Flood, isDone: boolean): true | undefined {
  if (flood.mistake !== undefined) expect.fail(flood.mistake);
  return isDone || undefined;
}

async function ebb(flood: Flood): Promise<void> {
  flood.ebb();
  await eventually('the last answer', ebbMsMax, () => failOr(flood, flood.pending === 0));
  flood.close();
}

/** Updates are as quick as ever, and every server comes to know all of it. */
async function expectCalm(cluster: TestCluster, leader: number): Promise<void> {
  await cluster.agreement(ebbMsMax);
  const beganMs = performance.now();
  expect(await cluster.value(leader, 'updatefile', 'calm', 1, [])).to.equal(true);
  expect(performance.now() - beganMs, 'ms for an update').to.be.below(calmMsMax);
}
