/**
 * Real servers that are held to the first format of the log, as for a way back, and then let go:
 * what callers are told, and when the newer format comes into use.
 */
import { expect } from 'chai';
import { faultCode } from '../../src/rpc/codec/fault-code.js';
import type { XmlStruct, XmlValue } from '../../src/rpc/xml-value.js';
import { eventually } from './support/eventually.js';
import { fastElections } from './support/fast-elections.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const held = ['--format-max', '1'] as const;

describe('servers that are held to an older format', () => {
  const clusters = useClusters();

  it('log nothing newer before the last of them is let go', async () => {
    const cluster = await clusters.create(3, ...fastElections);
    await Promise.all(cluster.servers.map((server) => server.start(...held)));
    await update(cluster, 1);
    await update(cluster, 2);
    expect(await formatsInUse(cluster)).to.deep.equal([1, 1, 1]);
    expect(await versions(cluster)).to.deep.equal([[2, 0]]);
    const { serverId } = await cluster.leader();
    const refused = await cluster.call(serverId, 'forgetversions', [[['f', 1]]]);
    expect(refused).to.have.nested.property('fault.code', faultCode.busy);
    expect(refused)
      .to.have.nested.property('fault.text')
      .that.contains('started with --format-max 1, and this needs 2')
      .and.contains('no effect');
    for (const { id } of cluster.servers) {
      await update(cluster, (await versions(cluster))[0]?.[0] ?? 0, 1);
      expect(await formatsInUse(cluster)).to.deep.equal([1, 1, 1]);
      await cluster.server(id).end('SIGTERM');
      await cluster.server(id).start();
    }
    await eventually('the newer format to be in use', 10_000, async () => {
      await update(cluster, (await versions(cluster))[0]?.[0] ?? 0, 1);
      return (await formatsInUse(cluster)).every((format) => format === 2) || undefined;
    });
    const [current, older] = await versions(cluster);
    expect(current?.[1]).to.be.above(Date.now() - 60_000);
    expect(older?.[0]).to.equal((current?.[0] ?? 0) - 1);
  });
});

/** Makes version `from` + `more` of the file. */
async function update(cluster: TestCluster, from: number, more = 0): Promise<void> {
  const { serverId } = await cluster.leader();
  expect(await cluster.value(serverId, 'updatefile', 'f', from + more, ['h'])).to.equal(true);
  await cluster.agreement(5_000);
}

async function formatsInUse(cluster: TestCluster): Promise<readonly unknown[]> {
  return (await cluster.statuses()).map(({ formatInUse }) => formatInUse);
}

/** Number and time of each version that is kept. */
async function versions(cluster: TestCluster): Promise<readonly (readonly [number, number])[]> {
  const { serverId } = await cluster.leader();
  const kept = (await cluster.value(serverId, 'getfileversions', 'f')) as readonly XmlValue[];
  return kept.map((each) => {
    const fields = each as XmlStruct;
    return [Number(fields.get('version')), Number(fields.get('time'))] as const;
  });
}
