/** The port of a server without a replica: a block store, and nothing of a cluster. */
import { expect } from 'chai';
import { BlockStoreError, type BlockStore } from '../../src/blocks/block-store.js';
import { MemoryBlockStore } from '../../src/blocks/memory-block-store.js';
import { RpcServer } from '../../src/rpc/rpc-server.js';
import { ServerMetrics } from '../../src/rpc/server-metrics.js';
import { memoryBlocks, storeWith } from './support/memory-blocks.js';
import { host } from './support/served-replica.js';

describe('a stand-alone block store', () => {
  let server: RpcServer;
  let store: BlockStore;
  let refusal: BlockStoreError | undefined;

  beforeEach(async () => {
    refusal = undefined;
    const memory = new MemoryBlockStore(() => Date.now());
    store = storeWith({
      list: (after, limit) =>
        refusal === undefined ? memory.list(after, limit) : Promise.reject(refusal),
    });
    server = new RpcServer({
      blocks: memoryBlocks(store),
      listen: { host, port: 0 },
      testerApi: 'open',
      version: '1.2.3',
      metrics: new ServerMetrics(),
      onBug: (error) => {
        throw error;
      },
      limits: { closeGraceMs: 100 },
    });
    await server.listen();
  });

  afterEach(() => server.close());

  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://${host}:${server.port}${path}`);
    return { status: response.status, text: await response.text() };
  };

  it('serves ping, the block methods and introspection, and nothing of a cluster', () => {
    const names = server.methodTable.methods.map(({ name }) => name);
    expect(names).to.include.members(['ping', 'putblock', 'blockstore_get', 'system.multicall']);
    expect(names).to.not.include.members(['updatefile']);
    const groups = new Set(server.methodTable.methods.map(({ group }) => group));
    expect([...groups].sort()).to.deep.equal(['block', 'client', 'store', 'system']);
    expect(names.filter((name) => name.toLowerCase().includes('crash'))).to.deep.equal([]);
  });

  it('says at its pages what it is and how it is', async () => {
    expect((await get('/')).text).to.contain('block store');
    const { text } = await get('/status');
    expect(JSON.parse(text)).to.include({ service: 'block', version: '1.2.3', storageError: null });
    expect(await get('/livez')).to.deep.equal({ status: 200, text: 'ok\n' });
    expect(await get('/readyz')).to.deep.equal({ status: 200, text: 'ok\n' });
    const metrics = (await get('/metrics')).text;
    expect(metrics).to.contain('surfraft_rpc_connections').and.not.contain('surfraft_raft_term');
    expect((await get('/backup')).status).to.equal(404);
  });

  it('is not ready while its store refuses', async () => {
    refusal = new BlockStoreError('the disk is gone');
    const { status, text } = await get('/readyz');
    expect(status).to.equal(503);
    expect(text).to.equal('not ready: storage: the disk is gone\n');
    expect((await get('/livez')).status).to.equal(200);
    expect(JSON.parse((await get('/status')).text)).to.include({
      storageError: 'the disk is gone',
    });
  });
});
