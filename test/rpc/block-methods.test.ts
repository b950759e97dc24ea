/** The block methods over the wire: what each answers, and every fault that it can end in. */
import { expect } from 'chai';
import { createHash, randomBytes } from 'node:crypto';
import { blockBytesMax, blockListMax } from '../../src/base/limits.js';
import { hashOf, type BlockHash } from '../../src/blocks/block-hash.js';
import {
  BlockOutOfReach,
  BlockStoreError,
  TooFewBlockStores,
  type BlockStore,
  type ReadBlock,
} from '../../src/blocks/block-store.js';
import { MemoryBlockStore } from '../../src/blocks/memory-block-store.js';
import { blockReadsMax } from '../../src/rpc/block-calls.js';
import { ClusterSecret } from '../../src/rpc/cluster-secret.js';
import type { XmlStruct, XmlValue } from '../../src/rpc/xml-value.js';
import { failureOf } from '../client/failure-of.js';
import { memoryBlocks, storeAddresses, storeWith } from './support/memory-blocks.js';
import { ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const bytes = Buffer.from('a block\r\n\0 of bytes');
const hash = createHash('sha256').update(bytes).digest('hex');
const empty = Buffer.alloc(0);
const absent = '0'.repeat(64);

describe('the block methods', () => {
  let served: ServedReplica;

  const serve = async (...given: Parameters<typeof ServedReplica.start>): Promise<void> => {
    await served.close();
    served = await ServedReplica.start(...given);
  };
  const serveStore = (replaced: Partial<BlockStore>): Promise<void> =>
    serve({ blocks: memoryBlocks(storeWith(replaced)) });

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(async () => {
    expect(served.bugs).to.deep.equal([]);
    await served.close();
  });

  describe('putblock and getblock', () => {
    it('keep a block under the hash of its bytes', async () => {
      expect(await served.value('putblock', bytes)).to.equal(true);
      expect(await served.value('getblock', hash)).to.deep.equal(bytes);
      expect(await served.value('putblock', bytes)).to.equal(true);
      expect(await served.value('getblockhashes')).to.deep.equal([hash]);
    });

    it('take the hash first, and the name of a file behind it', async () => {
      expect(await served.value('surfstore.PutBlock', hash, bytes)).to.equal(true);
      expect(await served.value('get_block', hash, 'notes.txt')).to.deep.equal(bytes);
    });

    it('keep an empty block', async () => {
      expect(await served.value('putblock', empty)).to.equal(true);
      expect(await served.value('getblock', hashOf(empty))).to.deep.equal(empty);
    });

    it('refuse a hash that is not that of the bytes, and keep nothing', async () => {
      for (const wrong of [absent, hash.toUpperCase(), '', 'h0']) {
        const fault = await served.fault('putblock', wrong, bytes);
        expect(fault).to.match(/^-32602 .*\(hash\) of putblock: expected the SHA-256/);
        expect(fault).to.contain(hash);
      }
      expect(await served.value('getblockhashes')).to.deep.equal([]);
    });

    it('refuse what is no block', async () => {
      const wrong: readonly XmlValue[][] = [['text'], [1], [bytes, bytes], [hash, 'text'], []];
      for (const args of wrong) {
        expect(await served.fault('putblock', ...args)).to.match(/^-32602 .*putblock/);
      }
    });

    it('answer fault 7 for what is not there, be it a hash or not', async () => {
      for (const name of [absent, '0', '-1', 'h0', '', hash.toUpperCase()]) {
        expect(await served.fault('getblock', name)).to.match(/^7 block not found/);
      }
      expect(await served.fault('getblock', 1)).to.match(/^-32602 /);
    });

    it('answer fault 7 when every copy is damaged, or none within reach', async () => {
      await serveStore({ get: () => Promise.resolve({ kind: 'damaged' }) });
      expect(await served.fault('getblock', hash)).to.match(/^7 block not found: .*damaged/);
      await serveStore({ get: () => Promise.reject(new BlockOutOfReach('nobody answers')) });
      expect(await served.fault('getblock', hash)).to.equal('7 block not found: nobody answers');
    });

    it('answer fault 8 when too few stores take it, fault 5 when the disk refuses', async () => {
      await serveStore({ put: () => Promise.reject(new TooFewBlockStores('2 needed, 1 there')) });
      const fault = await served.fault('putblock', bytes);
      expect(fault).to.equal('8 too few block stores: 2 needed, 1 there');
      await serveStore({ put: () => Promise.reject(new BlockStoreError('no space left')) });
      expect(await served.fault('putblock', bytes)).to.equal('5 storage: no space left');
    });
  });

  describe('hasblocks and missingblocks', () => {
    it('speak of what is there and what is not, in the order of the question', async () => {
      await served.value('putblock', bytes);
      await served.value('putblock', empty);
      const asked = [hashOf(empty), absent, hash, '0', '-1', 1, 2, 'h0', hash, 0, -1];
      expect(await served.value('hasblocks', asked)).to.deep.equal([hashOf(empty), hash, hash]);
      expect(await served.value('missingblocks', asked)).to.deep.equal([absent, 1, 2, 'h0']);
    });

    it('answer empty lists to empty ones, and refuse what is no list of words', async () => {
      for (const method of ['hasblocks', 'missingblocks']) {
        expect(await served.value(method, [])).to.deep.equal([]);
        expect(await served.fault(method, 'h0')).to.match(/^-32602 .*an array/);
        expect(await served.fault(method, [hash, true])).to.match(/^-32602 .*item 2/);
      }
    });
  });

  describe('getblockhashes', () => {
    it('lists all blocks of this store, however many', async () => {
      const store = new MemoryBlockStore(() => Date.now());
      const hashes: BlockHash[] = [];
      for (let i = 0; i < 2_500; i += 1) {
        const block = Buffer.from(String(i));
        hashes.push(hashOf(block));
        await store.put(hashOf(block), block);
      }
      await serve({ blocks: memoryBlocks(store) });
      expect(await served.value('getblockhashes')).to.deep.equal(hashes.sort());
    });

    it('lists the own store, not those of the others', async () => {
      const blocks = memoryBlocks();
      await blocks.all.put(hashOf(bytes), bytes);
      await serve({ blocks: { ...blocks, own: new MemoryBlockStore(() => Date.now()) } });
      expect(await served.value('getblockhashes')).to.deep.equal([]);
      await serve({ blocks: { ...blocks, own: undefined } });
      expect(await served.value('getblockhashes')).to.deep.equal([]);
    });
  });

  describe('getblockstoreaddrs and getblockstoremap', () => {
    it('name the stores as the configuration writes them', async () => {
      expect(await served.value('getblockstoreaddrs')).to.deep.equal(storeAddresses);
      expect(await served.value('getBlockStoreAddr')).to.deep.equal(storeAddresses);
    });

    it('place each hash under its first owner, without a majority', async () => {
      served.replica.isHolding = true;
      const hashes = Array.from({ length: 60 }, (_, i) => hashOf(Buffer.from(String(i))));
      const map = await served.struct('getblockstoremap', [...hashes, '0', '-1', 7, hash, hash]);
      const blocks = memoryBlocks();
      for (const [address, placed] of map) {
        for (const each of placed as BlockHash[]) {
          expect(blocks.ownersOf(each)[0]).to.equal(address);
        }
      }
      const all = [...map.values()].flat();
      expect([...all].sort()).to.deep.equal([...hashes, hash].sort());
      expect([...map.keys()].sort()).to.deep.equal(storeAddresses);
    });
  });

  it('show both ways to call putblock, and the old second argument of getblock', async () => {
    expect(await served.value('system.methodSignature', 'putblock')).to.deep.equal([
      ['boolean', 'base64'],
      ['boolean', 'string', 'base64'],
    ]);
    expect(await served.value('system.methodHelp', 'getblock')).to.contain('getblock(hash [, ign');
  });

  describe('while the server is crashed', () => {
    const calls: readonly (readonly [string, ...XmlValue[]])[] = [
      ['putblock', bytes],
      ['getblock', hash],
      ['hasblocks', [hash]],
      ['missingblocks', [hash]],
      ['getblockhashes'],
      ['getblockstoreaddrs'],
      ['getblockstoremap', [hash]],
      ['blockstore_put', hash, bytes],
      ['blockstore_get', hash],
      ['blockstore_present', [hash]],
      ['blockstore_list', '', 1],
      ['blockstore_remove', hash, 0],
    ];

    for (const [method, ...args] of calls) {
      it(`refuse with fault 2: ${method}`, async () => {
        await served.value('crash');
        expect(await served.fault(method, ...args)).to.match(/^2 isCrashed/);
        await served.value('restore');
        expect(await served.value('getblockhashes')).to.deep.equal([]);
      });
    }

    it('tell a wrong hash first', async () => {
      await served.value('crash');
      expect(await served.fault('putblock', absent, bytes)).to.match(/^-32602 /);
    });

    it('say that a put that had begun may have been done', async () => {
      let finish: (() => void) | undefined;
      await serveStore({ put: () => new Promise((resolve) => (finish = resolve)) });
      const fault = served.fault('putblock', bytes);
      await waitUntil(() => finish !== undefined);
      served.replica.crash();
      finish?.();
      expect(await fault).to.match(/^2 isCrashed.*outcome unknown/);
    });
  });

  describe('for the other stores', () => {
    it('put, get, find, list and remove in this very store', async () => {
      expect(await served.value('blockstore_put', hash, bytes)).to.equal(true);
      const found = await served.struct('blockstore_get', hash);
      expect([...found]).to.deep.equal([
        ['kind', 'found'],
        ['bytes', bytes],
      ]);
      const missing = await served.struct('blockstore_get', absent);
      expect([...missing]).to.deep.equal([['kind', 'missing']]);
      expect(await served.value('blockstore_present', [absent, hash])).to.deep.equal([hash]);
      const page = (await served.value('blockstore_list', '', 10)) as XmlValue[][];
      expect(page.map((item) => item.slice(0, 2))).to.deep.equal([[hash, bytes.length]]);
      expect(page[0]?.[2]).to.be.within(0, 10_000);
      expect(await served.value('blockstore_list', hash, 10)).to.deep.equal([]);
      expect(await served.value('blockstore_remove', hash, 100_000)).to.equal(false);
      expect(await served.value('blockstore_remove', hash, 0)).to.equal(true);
      expect(await served.value('blockstore_remove', hash, 0)).to.equal(false);
    });

    it('tell of a damaged copy', async () => {
      await serveStore({ get: () => Promise.resolve({ kind: 'damaged' }) });
      const damaged = await served.struct('blockstore_get', hash);
      expect([...damaged]).to.deep.equal([['kind', 'damaged']]);
    });

    it('refuse what is no hash, wrong bytes and limits out of range', async () => {
      const wrong: readonly [string, ...XmlValue[]][] = [
        ['blockstore_put', absent, bytes],
        ['blockstore_put', 'h0', bytes],
        ['blockstore_get', '0'],
        ['blockstore_present', [hash, 1]],
        ['blockstore_list', '', 0],
        ['blockstore_list', '', blockListMax + 1],
        ['blockstore_remove', hash, -1],
      ];
      for (const [method, ...args] of wrong) {
        expect(await served.fault(method, ...args)).to.match(/^-32602 /);
      }
      expect(await served.value('blockstore_list', '', blockListMax)).to.deep.equal([]);
    });

    const calls: readonly (readonly [string, ...XmlValue[]])[] = [
      ['blockstore_put', hash, bytes],
      ['blockstore_get', hash],
      ['blockstore_present', [hash]],
      ['blockstore_list', '', 1],
      ['blockstore_remove', hash, 0],
    ];

    for (const [method, ...args] of calls) {
      it(`need the secret of the cluster where there is one: ${method}`, async () => {
        await serve({ secret: new ClusterSecret('s3cret') });
        const call = new Map<string, XmlValue>([
          ['methodName', method],
          ['params', args],
        ]);
        for (const from of [[], [1]]) {
          expect(await served.fault(method, ...args, ...from)).to.match(/^6 unauthorised/);
        }
        const [answer] = (await served.value('system.multicall', [call])) as XmlStruct[];
        expect(answer?.get('faultCode')).to.equal(6);
        await served.value('crash');
        expect(await served.fault(method, ...args)).to.match(/^6 unauthorised/);
      });

      it(`take no server for this one, and no other value for a server: ${method}`, async () => {
        const refusals = [
          [0, /^6 unauthorised: server 0 is this server/],
          [-1, /^-32602 .*\(from\).*the id of a server/],
          ['1', /^-32602 .*\(from\).*an int/],
        ] as const;
        for (const [from, words] of refusals) {
          expect(await served.fault(method, ...args, from)).to.match(words);
        }
        await served.value(method, ...args, 1);
      });

      it(`are not answered across a cut: ${method}`, async () => {
        for (const direction of ['both', 'send', 'receive']) {
          await served.value('makeserverunreachablefrom', [1], direction);
          const failure = await failureOf(served.call(method, ...args, 1));
          expect(failure.message, direction).to.equal('fetch failed');
          await served.value(method, ...args, 2);
          await served.value(method, ...args);
        }
        await served.value('makeserverunreachablefrom', []);
        await served.value(method, ...args, 1);
      });
    }

    it('do nothing for a server that is not heard, but for one that is not sent to', async () => {
      await served.value('makeserverunreachablefrom', [1], 'receive');
      await failureOf(served.call('blockstore_put', hash, bytes, 1));
      expect(await served.value('getblockhashes')).to.deep.equal([]);
      await served.value('makeserverunreachablefrom', [1], 'send');
      await failureOf(served.call('blockstore_put', hash, bytes, 1));
      expect(await served.value('getblockhashes')).to.deep.equal([hash]);
    });

    it('leave the methods of clients alone, which need no secret', async () => {
      await serve({ secret: new ClusterSecret('s3cret') });
      expect(await served.value('putblock', bytes)).to.equal(true);
    });

    it('do not exist where others keep the blocks', async () => {
      await serve({ blocks: { ...memoryBlocks(), own: undefined } });
      expect(await served.fault('blockstore_get', hash)).to.match(/^-32601 /);
    });
  });

  describe('with large blocks', () => {
    it('pass the largest one in every call, and refuse a byte more', async function () {
      this.timeout(30_000);
      const large = randomBytes(blockBytesMax);
      const name = hashOf(large);
      expect(await served.value('putblock', large)).to.equal(true);
      expect(await served.value('blockstore_put', name, large)).to.equal(true);
      expect(await served.value('surfstore.putblock', name, large)).to.equal(true);
      expect(large.equals((await served.value('getblock', name)) as Buffer)).to.equal(true);
      const found = await served.struct('blockstore_get', name);
      expect(large.equals(found.get('bytes') as Buffer)).to.equal(true);
      const larger = Buffer.concat([large, Buffer.from('.')]);
      expect(await served.fault('putblock', larger)).to.match(/^-32602 .*at most 12581888 bytes/);
    });

    it('read so many at a time, the others after them', async () => {
      let reading = 0;
      const finish: (() => void)[] = [];
      await serveStore({
        get: () =>
          new Promise<ReadBlock>((resolve) => {
            reading += 1;
            finish.push(() => {
              reading -= 1;
              resolve({ kind: 'found', bytes });
            });
          }),
      });
      const answers = Array.from({ length: blockReadsMax + 3 }, () =>
        served.value('getblock', hash),
      );
      await waitUntil(() => served.server.pendingCalls === blockReadsMax + 3);
      expect(reading).to.equal(blockReadsMax);
      for (let ended = 0; ended < blockReadsMax + 3; ended += 1) {
        await waitUntil(() => finish[ended] !== undefined);
        finish[ended]?.();
      }
      for (const answer of answers) expect(await answer).to.deep.equal(bytes);
      expect(reading).to.equal(0);
    });

    it('count in a multicall as much as they are', async () => {
      await served.value('putblock', randomBytes(1_000_000));
      const [name] = (await served.value('getblockhashes')) as BlockHash[];
      const call = new Map<string, XmlValue>([
        ['methodName', 'getblock'],
        ['params', [name ?? '']],
      ]);
      const results = (await served.value('system.multicall', Array(20).fill(call))) as XmlValue[];
      const faults = results.filter((result) => result instanceof Map);
      expect(faults.length).to.be.within(5, 10);
    });
  });
});
