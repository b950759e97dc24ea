/** What a healthy cluster does not do: elections, and more peer calls than it needs. */
import { expect } from 'chai';
import type { PeerMessage } from '../../src/replica/peer-transport.js';
import { SimWorld } from './sim-world.js';

/** Servers with a leader, and the requests that they have sent each other. */
async function healthyCluster(
  serverCount: number,
): Promise<{ world: SimWorld; requests: PeerMessage[] }> {
  const world = new SimWorld({ seed: 7, serverCount });
  const requests: PeerMessage[] = [];
  world.watch({
    requestLeaves: (_from, _to, request) => requests.push(request),
    responseLeaves: () => undefined,
    written: () => undefined,
    stepped: () => undefined,
  });
  world.startAll();
  expect(await world.runUntil(() => world.leader !== undefined, 2_000)).to.equal(true);
  return { world, requests };
}

const votes = (requests: readonly PeerMessage[]): readonly PeerMessage[] =>
  requests.filter((request) => request.type === 'requestVote');

describe('a healthy cluster', () => {
  it('has a leader within two seconds, after at most 30 peer calls for three servers', async () => {
    const { requests } = await healthyCluster(3);
    expect(requests.length).to.be.at.most(30);
  });

  it('holds no election in ten idle minutes, not even the wish for one', async () => {
    const { world, requests } = await healthyCluster(3);
    await world.runFor(2_000);
    requests.length = 0;
    await world.runFor(600_000);
    expect(votes(requests)).to.deep.equal([]);
  }).timeout(20_000);

  it('makes at most 60 peer calls a second when three servers are idle', async () => {
    const { world, requests } = await healthyCluster(3);
    await world.runFor(1_000);
    requests.length = 0;
    await world.runFor(10_000);
    expect(requests.length).to.be.at.most(600);
  });

  it('takes back a killed, a crashed and a cut-off server without an election', async () => {
    const { world } = await healthyCluster(5);
    await world.runFor(1_000);
    const [killed, crashed, cut] = world.servers.filter((server) => server !== world.leader);
    killed?.kill(true);
    crashed?.up.replica.crash();
    await world.runFor(3_000);
    killed?.start();
    crashed?.up.replica.restore();
    cut?.up.replica.setUnreachable(
      [0, 1, 2, 3, 4].map((id) => world.server(id).id),
      'both',
    );
    const term = world.leader?.up.replica.status().term;
    await world.runFor(3_000);
    cut?.up.replica.restore();
    await world.runFor(3_000);
    expect(world.leader?.up.replica.status().term).to.equal(term);
  });
});
