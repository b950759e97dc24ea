/**
 * Clients that take all of the machine make the cluster slow, and nothing else: no election.
 */
import { expect } from 'chai';
import { load, type Workload } from '../../../bench/load.js';
import { postRequest } from '../../../bench/http-connection.js';
import { encodeCall } from '../../../src/rpc/codec/encode.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';
import { host } from '../../e2e/support/test-cluster.js';
import { useClusters } from '../../e2e/support/use-clusters.js';

const connections = 64;
const seconds = 5;

describe('under full load', () => {
  const clusters = useClusters();

  for (const size of [3, 5]) {
    it(`a cluster of ${size} holds no election`, async () => {
      const cluster = await clusters.start(size);
      const { serverId, term } = await cluster.leader();
      const { port } = cluster.server(serverId);
      const elections = cluster.electionCount();
      const updates = await load(updateWorkload(port), connections, seconds);
      const reads = await load(readWorkload(port), connections, seconds);
      expect(updates.callsPerSecond).to.be.above(0);
      expect(reads.callsPerSecond).to.be.above(0);
      expect(cluster.electionCount()).to.equal(elections);
      const statuses = await cluster.statuses();
      expect(statuses.map((status) => status.term)).to.deep.equal(statuses.map(() => term));
      expect(statuses).to.have.length(size);
    });
  }
});

function updateWorkload(port: number): Workload {
  const hashes = ['a', 'b'].map((letter) => letter.repeat(64));
  return {
    host,
    port,
    request: (serial) => request('surfstore.updatefile', `file ${serial}`, 1, hashes),
    isRight: ({ body }) => body.includes('<boolean>1</boolean>'),
  };
}

function readWorkload(port: number): Workload {
  const read = request('surfstore.getfileinfo', 'file 1');
  return {
    host,
    port,
    request: () => read,
    isRight: ({ body }) => body.includes('<array>'),
  };
}

function request(method: string, ...params: readonly XmlValue[]): Buffer {
  return postRequest('/RPC2', 'text/xml', encodeCall(method, params));
}
