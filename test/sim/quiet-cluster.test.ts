/** What a healthy cluster does not do: elections, and more peer calls than it needs. */
import { expect } from 'chai';
import type { PeerRequest } from '../../src/raft/messages.js';
import { SimWorld } from './sim-world.js';

/** Servers with a leader, and the requests that they have sent each other. */
function healthyCluster(serverCount: number): { world: SimWorld; requests: PeerRequest[] } {
  const world = new SimWorld({ seed: 7, serverCount });
  const requests: PeerRequest[] = [];
  world.watch({
    requestLeaves: (_from, _to, request) => requests.push(request),
    responseLeaves: () => undefined,
    written: () => undefined,
    stepped: () => undefined,
  });
  world.startAll();
  expect(world.runUntil(() => world.leader !== undefined, 2_000)).to.equal(true);
  return { world, requests };
}

const votes = (requests: readonly PeerRequest[]): readonly PeerRequest[] =>
  requests.filter((request) => request.type === 'requestVote');

describe('a healthy cluster', () => {
  it('has a leader within two seconds, after at most 30 peer calls for three servers', () => {
    const { requests } = healthyCluster(3);
    expect(requests.length).to.be.at.most(30);
  });

  it('holds no election in ten idle minutes, not even the wish for one', () => {
    const { world, requests } = healthyCluster(5);
    world.runFor(2_000);
    requests.length = 0;
    world.runFor(600_000);
    expect(votes(requests)).to.deep.equal([]);
  }).timeout(20_000);

  it('makes at most 60 peer calls a second when three servers are idle', () => {
    const { world, requests } = healthyCluster(3);
    world.runFor(1_000);
    requests.length = 0;
    world.runFor(10_000);
    expect(requests.length).to.be.at.most(600);
  });

  it('takes back a killed, a crashed and a cut-off server without an election', () => {
    const { world } = healthyCluster(5);
    world.runFor(1_000);
    const [killed, crashed, cut] = world.servers.filter((server) => server !== world.leader);
    killed?.kill();
    crashed?.up.replica.crash();
    world.runFor(3_000);
    killed?.start();
    crashed?.up.replica.restore();
    cut?.up.replica.setUnreachable(
      [0, 1, 2, 3, 4].map((id) => world.server(id).id),
      'both',
    );
    const term = world.leader?.up.replica.status().term;
    world.runFor(3_000);
    cut?.up.replica.restore();
    world.runFor(3_000);
    expect(world.leader?.up.replica.status().term).to.equal(term);
  });
});
