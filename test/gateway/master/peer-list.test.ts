import { expect } from 'chai';
import { peerFields, type SharingMember } from '../../../src/gateway/master/peer-list.js';
import { PeerKey } from '../../../src/gateway/peers/peer-key.js';
import { eventually } from '../../e2e/support/eventually.js';
import { MasterRig } from './master-rig.js';
import { StandInWorker } from './stand-in-worker.js';

const key = new PeerKey('secret');

function member(host: string, fields: Partial<SharingMember> = {}): SharingMember {
  return { host, address: `${host}:1`, isSharing: true, isHealthy: true, ...fields };
}

describe('what a worker is told of the others', () => {
  const here = member('127.0.0.1', { address: '127.0.0.1:1' });
  const there = member('localhost', { address: 'localhost:2' });
  const far = member('10.0.0.1');
  const all = [here, there, far];

  it('are the healthy ones that it can reach, itself first, with a proof', () => {
    const told = peerFields(there, all, key);
    expect(told['surfraft-peers']).to.equal('localhost:2 127.0.0.1:1 10.0.0.1:1');
    const proof = told['surfraft-proof'];
    expect(key.isProof(proof, 'peers', 'localhost:2 127.0.0.1:1 10.0.0.1:1')).to.equal(true);
    expect(key.isProof(proof, 'peers', 'localhost:2')).to.equal(false);
    expect(peerFields(far, all, key)['surfraft-peers']).to.equal('10.0.0.1:1');
    const others = [member('10.0.0.2', { isHealthy: false }), member('10.0.0.3')];
    const last = member('10.0.0.4', { isSharing: false });
    expect(peerFields(far, [far, ...others, last], key)['surfraft-peers']).to.equal(
      '10.0.0.1:1 10.0.0.3:1',
    );
  });

  it('is nothing for one that has no key, and never longer than a head may be', () => {
    expect(peerFields(member('10.0.0.1', { isSharing: false }), all, key)).to.deep.equal({});
    const many = Array.from({ length: 1_000 }, (_, index) => member(`host-${index}.example.org`));
    expect(peerFields(here, many, key)['surfraft-peers']?.length).to.be.below(16_000);
  });

  it('comes with health checks, whose answers tell of its cache', async () => {
    const file = { bytes: Buffer.from('file'), etag: '"a"' };
    const workers = await Promise.all([StandInWorker.start(file), StandInWorker.start(file)]);
    for (const worker of workers) {
      worker.healthFields = { 'X-Cache-Hits': 3, 'X-Cache-Misses': 1, 'X-Peer-Hits': 7 };
    }
    const rig = await MasterRig.start({
      ...{ workers, keys: { cluster: 'cluster.txt' }, shareKey: 'secret' },
    });
    const addresses = workers.map(({ port }) => `127.0.0.1:${port}`);
    await eventually('both to be told', 5_000, () =>
      workers.every(({ toldPeers }) => toldPeers?.split(' ').length === 2) ? true : undefined,
    );
    expect(workers.map(({ toldPeers }) => toldPeers)).to.deep.equal([
      ...[addresses.join(' '), [...addresses].reverse().join(' ')],
    ]);
    const metrics = (await rig.get('/status?format=prometheus')).body.toString();
    for (const line of [
      `surfraft_gateway_worker_cache_hits_total{worker="${addresses[0]}"} 3`,
      `surfraft_gateway_worker_cache_misses_total{worker="${addresses[0]}"} 1`,
      `surfraft_gateway_worker_cache_hit_ratio{worker="${addresses[0]}"} 0.75`,
      `surfraft_gateway_worker_peer_hits_total{worker="${addresses[1]}"} 7`,
      'surfraft_gateway_cache_hit_ratio 0',
    ]) {
      expect(metrics.split('\n')).to.include(line);
    }
    expect((await rig.get('/status')).body.toString()).to.contain('>75.0 %</td>');
    await rig.change({ shareKey: undefined });
    const before = workers.map(({ healthChecks }) => healthChecks);
    await eventually('further questions', 5_000, () =>
      workers.every(({ healthChecks }, index) => healthChecks > (before[index] ?? 0) + 2)
        ? true
        : undefined,
    );
    expect(workers.map(({ toldPeers }) => toldPeers)).to.deep.equal([undefined, undefined]);
    await Promise.all([rig.stop(), ...workers.map((worker) => worker.close())]);
  });
});
