/**
 * Which servers belong to the cluster, when servers of other makes tell it in their own way.
 */
import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { discoverSeats } from '../../../tester/cluster/discovery.js';
import { CallScope } from '../../../tester/wire/call-scope.js';
import type { Seat } from '../../../tester/wire/server.js';
import serializer from 'xmlrpc/lib/serializer.js';
import { fastTiming } from '../judging.js';

/** Where the tester finds servers when the one that it asks answers `state` to every call. */
async function seatsTold(state: (port: number) => unknown): Promise<readonly Seat[]> {
  const server = createServer((request, response) => {
    request.resume();
    const { port } = server.address() as AddressInfo;
    response.end(serializer.serializeMethodResponse(state(port)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const request = {
    address: { host: '127.0.0.1', port },
    configFile: undefined,
    defaultFiles: [],
    timing: fastTiming,
  };
  try {
    return await discoverSeats(request, new CallScope());
  } finally {
    server.close();
  }
}

const others = [
  { id: 0, address: 'localhost:7000' },
  { id: 2, address: 'localhost:7002' },
];

describe('the servers that a server tells', () => {
  it('are joined by itself when its peers are the others only', async () => {
    const seats = await seatsTold(() => ({ serverId: 1, peers: others }));
    expect(seats.map(({ id }) => id)).to.deep.equal([0, 1, 2]);
    expect(seats[1]?.address.host).to.equal('127.0.0.1');
  });

  it('are as told when it is one of them, or says not who it is', async () => {
    expect(await seatsTold(() => ({ serverId: 2, peers: others }))).to.have.length(2);
    expect(await seatsTold(() => ({ peers: others }))).to.have.length(2);
  });
});
