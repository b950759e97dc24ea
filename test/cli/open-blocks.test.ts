/** The blocks of a cluster as one server sees them while it is crashed, or cut off from another. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { MemoryBlockStore } from '../../src/blocks/memory-block-store.js';
import { openClusterBlocks, type OpenedBlocks } from '../../src/cli/open-blocks.js';
import type { CutDirection } from '../../src/replica/replica-api.js';
import { failureOf } from '../client/failure-of.js';
import { blockOf } from '../blocks/block-world.js';
import { FakeReplica } from '../rpc/support/fake-replica.js';
import { host, ServedReplica } from '../rpc/support/served-replica.js';

const { hash, bytes } = blockOf('for both servers');
const [other, ours] = [asServerId(0), asServerId(1)];

describe('the blocks of a cluster, at a server of it', () => {
  let served: ServedReplica;
  let replica: FakeReplica;
  let opened: OpenedBlocks;

  beforeEach(async () => {
    served = await ServedReplica.start();
    replica = new FakeReplica();
    const servers = [other, ours].map((id) => {
      const port = id === other ? served.port : 1;
      return { id, host, port, address: `${host}:${port}` };
    });
    const [, server] = servers;
    if (server === undefined) throw new Error('there are two servers');
    opened = openClusterBlocks({
      config: { servers, removed: [], founders: servers, blocks: [], copies: 2 },
      server,
      own: new MemoryBlockStore(() => 0),
      proof: {},
      replica,
      observer: () => undefined,
    });
  });

  afterEach(async () => {
    opened.close();
    await served.close();
  });

  const put = (): Promise<void> => opened.service.all.put(hash, bytes);
  const arrived = async (): Promise<boolean> => {
    const page = await served.value('blockstore_list', '', 1);
    return Array.isArray(page) && page.length > 0;
  };

  it('go to no store while the server is crashed, not even to its own', async () => {
    replica.crash();
    const why = 'this server is crashed';
    expect((await failureOf(put())).message)
      .to.contain('0 did')
      .and.to.contain(why);
    expect(await arrived()).to.equal(false);
    replica.restore();
    await put();
    expect(await arrived()).to.equal(true);
  });

  const cuts: readonly (readonly [CutDirection, boolean])[] = [
    ['both', false],
    ['send', false],
    ['receive', true],
  ];
  for (const [direction, isHeardThere] of cuts) {
    it(`count no store that the server is cut off from: ${direction}`, async () => {
      replica.setUnreachable([other], direction);
      const failure = await failureOf(put());
      expect(failure.message).to.contain('1 did').and.to.contain('makeserverunreachablefrom');
      expect(await arrived()).to.equal(isHeardThere);
      replica.setUnreachable([], 'both');
      await put();
    });

    it(`get no answer of a store that is cut off from the server: ${direction}`, async () => {
      served.replica.setUnreachable([ours], direction);
      expect((await failureOf(put())).message).to.contain('it cannot be asked');
      expect(await arrived()).to.equal(direction === 'send');
    });
  }
});
