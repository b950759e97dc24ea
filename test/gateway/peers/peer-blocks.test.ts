/** Workers that share what they have cached of a cluster. */
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { hashOf, type BlockHash } from '../../../src/blocks/block-hash.js';
import { ClusterSource } from '../../../src/gateway/cluster-source.js';
import { ContentCache } from '../../../src/gateway/content-cache.js';
import { methodsOf } from '../../../src/gateway/methods.js';
import { homeOf } from '../../../src/gateway/peers/home-of.js';
import { blockPath, PeerBlocks, type PeerLimits } from '../../../src/gateway/peers/peer-blocks.js';
import { PeerDoor } from '../../../src/gateway/peers/peer-door.js';
import { PeerKey } from '../../../src/gateway/peers/peer-key.js';
import { createResponder } from '../../../src/gateway/create-responder.js';
import { WorkerServer } from '../../../src/gateway/worker-server.js';
import { HandCluster } from '../hand-cluster.js';
import { ask } from '../served.js';

const key = new PeerKey('a key that only they know');
const limits: PeerLimits = { silenceMs: 200, answerMs: 2_000, restMs: 60_000 };

/** A worker in this process, in front of the cluster. */
interface Worker {
  readonly address: string;
  readonly port: number;
  readonly peers: PeerBlocks;
  readonly server: WorkerServer;
}

async function startWorker(cluster: HandCluster): Promise<Worker> {
  const cache = new ContentCache(10_000_000);
  const peers = new PeerBlocks(key, limits);
  const source = new ClusterSource({
    ...{ client: cluster.client, blocks: cluster.store, cache, peers },
  });
  const onBug = (error: unknown): void => {
    throw error;
  };
  const server = new WorkerServer({
    respond: createResponder({ ...{ source, cache, listing: false, dotfiles: false }, onBug }),
    ...{ host: '127.0.0.1', port: 0, allow: methodsOf({ uploads: false }) },
    cacheStatistics: () => cache.statistics,
    peers: new PeerDoor({ key, peers, readBlock: (hash) => source.readBlock(hash) }),
    peerStatistics: () => peers.statistics,
  });
  const port = await server.listen();
  return { address: `127.0.0.1:${port}`, port, peers, server };
}

/** A health check as the master makes it. */
function tell(worker: Worker, others: readonly Worker[], by = key) {
  const peers = [worker, ...others].map(({ address }) => address).join(' ');
  const headers = { 'surfraft-peers': peers, 'surfraft-proof': by.prove('peers', peers) };
  return ask(worker.port, '/healthcheck', { method: 'HEAD', headers });
}

describe('workers that share what they have cached', () => {
  let cluster: HandCluster;
  let workers: readonly Worker[];
  let foreign: Server | undefined;

  const tellAll = async (): Promise<void> => {
    for (const worker of workers) {
      await tell(
        worker,
        workers.filter((other) => other !== worker),
      );
    }
  };
  const putFiles = (count: number): readonly Buffer[] =>
    Array.from({ length: count }, (_, index) => {
      const bytes = randomBytes(2_000);
      cluster.put(`file${index}`, [bytes]);
      return bytes;
    });
  const readAll = async (files: readonly Buffer[], by = workers): Promise<void> => {
    for (const worker of by) {
      await Promise.all(
        files.map(async (bytes, index) => {
          const headers = { 'cache-control': 'no-cache' };
          expect(
            (await ask(worker.port, `/file${index}`, { headers })).body.equals(bytes),
          ).to.equal(true);
        }),
      );
    }
  };

  beforeEach(async () => {
    cluster = new HandCluster();
    workers = await Promise.all([1, 2, 3].map(() => startWorker(cluster)));
  });
  afterEach(async () => {
    foreign?.closeAllConnections();
    foreign?.close();
    foreign = undefined;
    for (const { peers } of workers) peers.close();
    await Promise.all(workers.map(({ server }) => server.close(0)));
  });

  it('load each block from the cluster once for all of them', async () => {
    const files = putFiles(30);
    await tellAll();
    await readAll(files.slice(0, 8));
    await readAll(files);
    expect(new Set(cluster.fetched).size).to.equal(30);
    // A few may come directly, when many are asked for at the same moment.
    expect(cluster.fetched.length).to.be.below(60);
    const hits = workers.map(({ peers }) => peers.statistics.hits);
    expect(Math.min(...hits)).to.be.above(0);
    const { headers } = await ask(workers[0]?.port ?? 0, '/healthcheck', { method: 'HEAD' });
    expect(headers['x-peer-hits']).to.equal(String(hits[0]));
  });

  it('load it alone as long as no master has told them of others', async () => {
    const files = putFiles(5);
    await readAll(files);
    expect(cluster.fetched).to.have.length(15);
    const stranger = new PeerKey('another key');
    const [first, second] = workers;
    if (first === undefined || second === undefined) throw new Error('three workers');
    await tell(first, [second], stranger);
    const more = putFiles(6);
    await readAll(more, [first]);
    expect(first.peers.statistics).to.deep.equal({ hits: 0, misses: 0 });
  });

  it('give blocks to nobody else, and no block that is not there', async () => {
    const [bytes = Buffer.alloc(0)] = putFiles(1);
    const hash = hashOf(bytes);
    const port = workers[0]?.port ?? 0;
    const wanted = (proof: string) =>
      ask(port, blockPath(hash), { headers: { 'surfraft-proof': proof } });
    expect((await ask(port, blockPath(hash))).status).to.equal(403);
    expect((await wanted(new PeerKey('another key').prove('block', hash))).status).to.equal(403);
    expect((await wanted(key.prove('peers', hash))).status).to.equal(403);
    const given = await wanted(key.prove('block', hash));
    expect([given.status, given.body.equals(bytes)]).to.deep.equal([200, true]);
    const none = hashOf(Buffer.from('nowhere'));
    const headers = { 'surfraft-proof': key.prove('block', none) };
    expect((await ask(port, blockPath(none), { headers })).status).to.equal(404);
    expect((await ask(port, '/healthcheck?block=12')).status).to.equal(404);
  });

  for (const [trouble, serve] of [
    ['is gone', undefined],
    ['is silent', () => undefined],
    ['breaks off', (socket: { destroy(): void }) => socket.destroy()],
    ['lies', 'lies'],
  ] as const) {
    it(`ask the cluster when a home ${trouble}, and leave that home alone`, async () => {
      let asked = 0;
      foreign = createServer((request, response) => {
        asked += 1;
        if (serve === 'lies') response.end(Buffer.alloc(2_000, 'x'));
        else serve?.(request.socket);
      });
      foreign.listen(0, '127.0.0.1');
      await once(foreign, 'listening');
      const { port } = foreign.address() as AddressInfo;
      if (serve === undefined) await new Promise((resolve) => foreign?.close(resolve));
      const [first] = workers;
      if (first === undefined) throw new Error('three workers');
      const home = { ...first, address: `127.0.0.1:${port}`, port };
      await tell(first, [home]);
      const files = putFiles(12);
      for (const [index, bytes] of files.entries()) {
        expect((await ask(first.port, `/file${index}`)).body.equals(bytes)).to.equal(true);
      }
      expect(first.peers.statistics).to.deep.equal({ hits: 0, misses: 1 });
      expect(asked).to.be.below(2);
    });
  }

  it('move only the blocks of a worker that comes or goes', () => {
    const hashes: readonly BlockHash[] = Array.from({ length: 300 }, () => hashOf(randomBytes(8)));
    const all = ['a:1', 'b:2', 'c:3', 'd:4'];
    const counts = new Map<string | undefined, number>();
    for (const hash of hashes) {
      const home = homeOf(hash, all);
      counts.set(home, (counts.get(home) ?? 0) + 1);
      expect(homeOf(hash, [...all].reverse())).to.equal(home);
      const others = all.filter((address) => address !== 'c:3');
      if (home !== 'c:3') expect(homeOf(hash, others)).to.equal(home);
    }
    for (const address of all) expect(counts.get(address), address).to.be.within(30, 130);
    expect(homeOf(hashOf(randomBytes(8)), [])).to.equal(undefined);
  });
});
