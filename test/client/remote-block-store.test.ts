/** The store of another server: the contract of all stores over the wire, and what goes wrong. */
import { expect } from 'chai';
import { blockListMax } from '../../src/base/limits.js';
import { hashOf } from '../../src/blocks/block-hash.js';
import { BlockStoreError, type BlockStore } from '../../src/blocks/block-store.js';
import { MemoryBlockStore } from '../../src/blocks/memory-block-store.js';
import { RemoteBlockStore } from '../../src/client/remote-block-store.js';
import { ClusterSecret } from '../../src/rpc/cluster-secret.js';
import { blockStoreContract } from '../contract/block-store-contract.js';
import { Certificates } from '../rpc/support/certificates.js';
import { memoryBlocks } from '../rpc/support/memory-blocks.js';
import { ServedReplica } from '../rpc/support/served-replica.js';
import { failureOf } from './failure-of.js';
import { fault, hang, ScriptedServer, value, type Reply } from './scripted-server.js';

const bytes = Buffer.from('bytes');
const hash = hashOf(bytes);
const host = '127.0.0.1';

blockStoreContract({
  name: 'the store of another server',
  makeHome: async () => {
    let now = 1_000_000;
    const kept = new MemoryBlockStore(() => now);
    const served = await ServedReplica.start({ blocks: memoryBlocks(kept) });
    const store = new RemoteBlockStore({ endpoint: { id: 0, host, port: served.port } });
    return {
      store,
      advance: (ms) => {
        now += ms;
      },
      damage: async (name) => {
        await kept.remove(name, 0);
        await kept.put(name, Uint8Array.of(66, 97, 100));
      },
      dispose: async () => {
        store.close();
        await served.close();
      },
    };
  },
});

describe('the store of another server', () => {
  let server: ScriptedServer;
  let store: RemoteBlockStore;

  beforeEach(async () => {
    server = await ScriptedServer.start(0);
    store = new RemoteBlockStore({ endpoint: server.endpoint, silenceMs: 100 });
  });

  afterEach(async () => {
    store.close();
    await server.stop();
  });

  /** What each call fails with when it is answered this. */
  const failures = async (reply: Reply): Promise<readonly Error[]> => {
    server.onCall = () => reply;
    return Promise.all([
      failureOf(store.put(hash, bytes)),
      failureOf(store.get(hash)),
      failureOf(store.present([hash])),
      failureOf(store.list('', 1)),
      failureOf(store.remove(hash, 0)),
    ]);
  };

  it('fails in plain words when the server refuses, is silent, or is none of ours', async () => {
    const cases: readonly (readonly [Reply, RegExp])[] = [
      [fault(2, 'isCrashed: the server is crashed'), /^it refuses: isCrashed/],
      [hang, /^it was silent for 100 ms$/],
      [value('what?'), /^its answer to blockstore_\w+ is not one of a block store$/],
      [value([['h0', 1, 1]]), /^its answer to blockstore_\w+ is not one of a block store$/],
      [{ kind: 'http', status: 404, body: '' }, /^its answer is no answer: HTTP status 404$/],
      [{ kind: 'cut' }, /^it cannot be asked: /],
    ];
    for (const [reply, words] of cases) {
      for (const failure of await failures(reply)) {
        expect(failure).to.be.instanceOf(BlockStoreError);
        expect(failure.message).to.match(words);
      }
    }
  });

  it('fails when nobody listens', async () => {
    await server.stop();
    for (const failure of await failures(hang)) {
      expect(failure.message).to.match(/^it cannot be asked: /);
    }
  });

  it('hands out no bytes but those of the name, whatever the server says', async () => {
    const found = new Map([['kind', 'found']]).set('bytes', Buffer.from('others') as never);
    server.onCall = () => value(found);
    expect(await store.get(hash)).to.deep.equal({ kind: 'damaged' });
  });

  it('lists more than one answer can have', async () => {
    const memory = new MemoryBlockStore(() => 0);
    const limits: number[] = [];
    const own: BlockStore = {
      put: (name, block) => memory.put(name, block),
      get: (name) => memory.get(name),
      present: (names) => memory.present(names),
      list: (after, limit) => {
        limits.push(limit);
        return memory.list(after, limit);
      },
      remove: (name, minAgeMs) => memory.remove(name, minAgeMs),
    };
    for (let i = 0; i < blockListMax + 7; i += 1) {
      const block = Buffer.from(String(i));
      await own.put(hashOf(block), block);
    }
    const served = await ServedReplica.start({ blocks: memoryBlocks(own) });
    const remote = new RemoteBlockStore({ endpoint: { id: 0, host, port: served.port } });
    const page = await remote.list('', blockListMax + 5);
    expect(page.map((block) => block.hash)).to.deep.equal(
      (await memory.list('', blockListMax + 5)).map((block) => block.hash),
    );
    expect(limits).to.deep.equal([blockListMax, 5]);
    remote.close();
    await served.close();
  });

  it('shows the secret of the cluster, without which it is refused', async () => {
    const secret = new ClusterSecret('s3cret');
    const served = await ServedReplica.start({ secret });
    const endpoint = { id: 0, host, port: served.port };
    const stranger = new RemoteBlockStore({ endpoint });
    const known = new RemoteBlockStore({ endpoint, secret });
    const failure = await failureOf(stranger.put(hash, bytes));
    expect(failure.message).to.match(/^it refuses: unauthorised/);
    await known.put(hash, bytes);
    expect(await known.get(hash)).to.deep.equal({ kind: 'found', bytes });
    stranger.close();
    known.close();
    await served.close();
  });

  it('speaks TLS with the certificate of a server', async function () {
    const certificates = await Certificates.createOrSkip(this);
    await certificates.makeAuthority('ca');
    await certificates.make('server', 'ca');
    const tls = await certificates.identity('server', 'ca');
    const served = await ServedReplica.start({ tls });
    const remote = new RemoteBlockStore({ endpoint: { id: 0, host, port: served.port }, tls });
    await remote.put(hash, bytes);
    expect(await remote.get(hash)).to.deep.equal({ kind: 'found', bytes });
    remote.close();
    await served.close();
    await certificates.remove();
  });
});
