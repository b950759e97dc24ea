/**
 * Ten times what a cluster can serve: who is too many is told so at once, the leader keeps its
 * place, and when the load goes all is as before.
 */
import { expect } from 'chai';
import { eventually } from '../e2e/support/eventually.js';
import type { TestCluster } from '../e2e/support/test-cluster.js';
import { useClusters } from '../e2e/support/use-clusters.js';
import { faultCode } from '../../src/rpc/codec/fault-code.js';
import { Flood } from './support/flood.js';

const connections = 400;
/** Together twice as many as may wait, and ten times as many as can be served within 0.5 s. */
const callsEach = 100;
const answersWanted = 100_000;
const floodMsMax = 60_000;
const busyMsMax = 1_500;
const ebbMsMax = 15_000;
const calmMsMax = 500;

describe('ten times the load that can be served', () => {
  const clusters = useClusters();

  for (const size of [1, 3]) {
    it(`makes a cluster of ${size} say busy at once, hold no election, and recover`, async () => {
      const cluster = await clusters.start(size);
      const { serverId, term } = await cluster.leader();
      const elections = cluster.electionCount();
      const flood = new Flood(cluster.server(serverId).port, connections, callsEach);
      try {
        await eventually('the leader to be busy', floodMsMax, () => failOr(flood, flood.busy > 0));
        let slowestBusyMs = 0;
        await eventually(`${answersWanted} answers`, floodMsMax, async () => {
          slowestBusyMs = Math.max(slowestBusyMs, await askInTheFlood(cluster, serverId));
          return failOr(flood, flood.updated + flood.read + flood.busy >= answersWanted);
        });
        expect(slowestBusyMs, 'ms until it said busy').to.be.below(busyMsMax);
        flood.ebb();
        await eventually('the last answer', ebbMsMax, () => failOr(flood, flood.pending === 0));
      } finally {
        flood.close();
      }
      expect(flood.updated).to.be.above(0);
      expect(flood.read).to.be.above(0);
      const beganMs = performance.now();
      expect(await cluster.value(serverId, 'updatefile', 'calm', 1, [])).to.equal(true);
      expect(performance.now() - beganMs, 'ms for an update afterwards').to.be.below(calmMsMax);
      expect(cluster.electionCount()).to.equal(elections);
      expect((await cluster.leader()).term).to.equal(term);
      await cluster.agreement(ebbMsMax);
    });
  }
});

function failOr(flood: Flood, isDone: boolean): true | undefined {
  if (flood.mistake !== undefined) expect.fail(flood.mistake);
  return isDone || undefined;
}

let nextFile = 1;

/** A call of somebody else; ms until it was told that the server is busy, 0 when it was served. */
async function askInTheFlood(cluster: TestCluster, id: number): Promise<number> {
  const beganMs = performance.now();
  const answer = await cluster.call(id, 'updatefile', [`bystander ${nextFile++}`, 1, []]);
  if (answer.kind === 'value' && answer.value === true) return 0;
  expect(answer, JSON.stringify(answer)).to.have.nested.property('fault.code', faultCode.busy);
  return performance.now() - beganMs;
}
