/** Blocks in a real S3 service: the block store contract, and what the service makes of us. */
import { expect } from 'chai';
import { inspect } from 'node:util';
import { must } from '../../src/base/assert.js';
import { BlockCluster } from '../../src/blocks/block-cluster.js';
import type { BlockEvent } from '../../src/blocks/block-event.js';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import { BlockStoreError } from '../../src/blocks/block-store.js';
import { CatchUp } from '../../src/blocks/catch-up.js';
import { HandOff } from '../../src/blocks/hand-off.js';
import { ReplicatedBlockStore } from '../../src/blocks/replicated-block-store.js';
import { Ring } from '../../src/blocks/ring.js';
import { systemBlockTimer } from '../../src/io/system-block-timer.js';
import { S3BlockStore, type S3BlockStoreOptions } from '../../src/s3/s3-block-store.js';
import { S3Client, type S3ClientOptions } from '../../src/s3/s3-client.js';
import type { S3Event } from '../../src/s3/s3-watch.js';
import { blockOf, refusalOf } from '../blocks/block-world.js';
import { blockStoreContract } from '../contract/block-store-contract.js';
import { eventually } from '../e2e/support/eventually.js';
import { Swift, whySwiftIsMissing } from './swift.js';

const [hello, world] = [blockOf('hello'), blockOf('world')];
const eventMsMax = 20_000;

/** Other tests may take the machine at the same time. */
const times = { silenceMs: 40_000, requestMs: 50_000 };

/** So much later than the service's clock: what is touched counts, and not when it was written. */
const clockLeadMs = 3_600_000;

describe('the block store in S3', function () {
  let swift: Swift;
  let prefixes = 0;
  before(async function () {
    const reason = await whySwiftIsMissing();
    if (reason !== undefined) {
      process.stderr.write(`${reason}: the store in S3 is not tested\n`);
      this.skip();
    }
    swift = await Swift.start();
  });
  after(() => swift.destroy());

  const newPrefix = (): string => `test/${(prefixes += 1)}`;

  blockStoreContract({
    name: 'the store in S3',
    listedBlocks: 24,
    makeHome: () => {
      let now = Date.now() + clockLeadMs;
      const place = swift.place(newPrefix());
      const timer = { ...systemBlockTimer, now: () => now };
      const store = S3BlockStore.open({ place, timer, times, observer: () => undefined });
      const other = new S3Client({ place, times });
      return Promise.resolve({
        store,
        advance: (ms: number) => {
          now += ms;
        },
        damage: (hash: BlockHash) => overwrite(other, `${place.prefix}/${hash}`),
        dispose: () => {
          other.close();
          store.close();
          return Promise.resolve();
        },
      });
    },
  });

  describeBucket(() => swift, newPrefix);
  describeRefusals(() => swift, newPrefix);
  describeCopies(() => swift, newPrefix);
});

async function overwrite(client: S3Client, key: string, text = 'jello'): Promise<void> {
  const { hash, bytes } = blockOf(text);
  await client.put(key, bytes, hash);
}

/** Stores and clients of one test, which are closed after it. */
function useStores(swift: () => Swift) {
  const opened: { close(): void }[] = [];
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });
  const own = <T extends { close(): void }>(one: T): T => {
    opened.push(one);
    return one;
  };
  return {
    open: (prefix: string, options: Partial<S3BlockStoreOptions> = {}) =>
      own(
        S3BlockStore.open({
          ...{ place: swift().place(prefix), timer: systemBlockTimer, times },
          observer: () => undefined,
          ...options,
        }),
      ),
    client: (options: Partial<S3ClientOptions> = {}) =>
      own(new S3Client({ place: swift().place(''), times, ...options })),
  };
}

const hashesOf = async (store: S3BlockStore): Promise<readonly BlockHash[]> =>
  (await store.list('', 1_000)).map(({ hash }) => hash);

function describeBucket(swift: () => Swift, newPrefix: () => string): void {
  const { open, client } = useStores(swift);

  it('keeps a block as an object of bare bytes, named by prefix and hash', async () => {
    const prefix = newPrefix();
    await open(prefix).put(hello.hash, hello.bytes);
    const read = await client().get(`${prefix}/${hello.hash}`, 100);
    expect(read).to.deep.equal({ kind: 'found', bytes: Buffer.from('hello') });
  });

  it('keeps prefixes apart, also those within another, and the bucket itself', async () => {
    const prefix = newPrefix();
    const [outer, inner, beside] = [open(prefix), open(`${prefix}/in`), open(`${prefix}2`)];
    await inner.put(hello.hash, hello.bytes);
    await outer.put(world.hash, world.bytes);
    expect(await hashesOf(outer)).to.deep.equal([world.hash]);
    expect(await hashesOf(inner)).to.deep.equal([hello.hash]);
    expect(await hashesOf(beside)).to.deep.equal([]);
    expect((await outer.present([hello.hash])).size).to.equal(0);
    expect(await outer.remove(hello.hash, 0)).to.equal(false);
    expect(await inner.get(hello.hash)).to.have.property('kind', 'found');
    const whole = open('');
    const third = blockOf('third');
    await whole.put(third.hash, third.bytes);
    expect(await hashesOf(whole)).to.deep.equal([third.hash]);
    expect(await client().exists(third.hash)).to.equal(true);
  });

  it('leaves alone what is no block, and finds blocks among it, page after page', async () => {
    const prefix = newPrefix();
    const [store, other] = [open(prefix), client()];
    await store.put(hello.hash, hello.bytes);
    await store.put(world.hash, world.bytes);
    const strange = ['README', 'a b+c%', 'ü', `${hello.hash}x`, hello.hash.toUpperCase(), 'f'];
    for (let index = 0; index < 12; index += 1) strange.push(`${hello.hash.slice(0, 9)}${index}`);
    for (const name of strange) await overwrite(other, `${prefix}/${encodeURIComponent(name)}`);
    expect(await hashesOf(store)).to.deep.equal([hello.hash, world.hash].sort());
    expect(await store.list('', 1)).to.have.length(1);
  });

  it('answers long questions from the listing', async () => {
    const store = open(newPrefix());
    const blocks = Array.from({ length: 300 }, (_, number) => blockOf(`block ${number}`));
    const kept = blocks.filter((_, index) => index % 20 === 7);
    await Promise.all(kept.map(({ hash, bytes }) => store.put(hash, bytes)));
    const found = await store.present(blocks.map(({ hash }) => hash));
    expect([...found].sort()).to.deep.equal(kept.map(({ hash }) => hash).sort());
  });

  it('takes everything to be young after a start, by the clock of the process', async () => {
    const prefix = newPrefix();
    await open(prefix).put(hello.hash, hello.bytes);
    let now = Date.now() + clockLeadMs;
    const timer = { ...systemBlockTimer, now: () => now };
    const store = open(prefix, { timer });
    now += 5_000;
    expect(await store.list('', 1)).to.deep.equal([{ hash: hello.hash, bytes: 5, ageMs: 5_000 }]);
    expect(await store.remove(hello.hash, 5_001)).to.equal(false);
    now += 1;
    expect(await store.remove(hello.hash, 5_001)).to.equal(true);
  });

  it('takes a block to be young that somebody else has written', async () => {
    const prefix = newPrefix();
    let now = 0;
    const store = open(prefix, { timer: { ...systemBlockTimer, now: () => now } });
    await overwrite(client(), `${prefix}/${hello.hash}`, 'hello');
    // The service keeps whole seconds, and may round them up.
    now = Date.now() + 100_000;
    expect(await store.remove(hello.hash, 101_500)).to.equal(false);
    expect(await store.remove(hello.hash, 90_000)).to.equal(true);
  });
}

function describeRefusals(swift: () => Swift, newPrefix: () => string): void {
  const { open, client } = useStores(swift);

  for (const [what, keys, words] of [
    ['secret', { secretAccessKey: 'a wrong secret' }, ['SignatureDoesNotMatch', 'SECRET']],
    ['key', { accessKeyId: 'surf:nobody' }, ['403', 'key']],
    ['region', { region: 'eu-west-1' }, ['AWS_REGION', 'us-east-1']],
  ] as const) {
    it(`says that the ${what} is wrong, and shows no secret`, async () => {
      const prefix = newPrefix();
      const events: S3Event[] = [];
      const place = swift().place(prefix, keys);
      const store = open(prefix, { place, observer: (event) => events.push(event) });
      const calls = [
        store.put(hello.hash, hello.bytes),
        store.get(hello.hash),
        store.present([hello.hash]),
        store.list('', 1),
        store.remove(hello.hash, 0),
      ];
      for (const { message } of await Promise.all(calls.map(refusalOf))) {
        for (const word of words) expect(message).to.contain(word);
        expect(message).not.to.contain('a wrong secret').and.not.to.contain('not+a/secret=');
      }
      const [event] = events;
      expect(event).to.include({ type: 'failing' });
      expect(inspect([store, place, event], { depth: 9 })).not.to.contain('secret=');
      expect(inspect([store, place, event], { depth: 9 })).not.to.contain('a wrong secret');
      expect(await hashesOf(open(prefix))).to.deep.equal([]);
    });
  }

  it('says that the bucket is missing', async () => {
    const place = { ...swift().place(''), bucket: 'not-there' };
    const { message } = await refusalOf(open('', { place }).get(hello.hash));
    expect(message).to.contain('NoSuchBucket').and.to.contain('--blocks');
    expect(message).to.contain('s3://not-there at http://127.0.0.1:');
  });

  it('says that the clock is wrong', async () => {
    const late = client({ now: () => Date.now() - clockLeadMs });
    const { message } = await refusalOf(late.exists('x'));
    expect(message)
      .to.contain('RequestTimeTooSkewed')
      .and.to.match(/3(599|60\d) s behind/);
  });

  it('has the service check that the bytes are those of the hash', async () => {
    const prefix = newPrefix();
    const { message } = await refusalOf(open(prefix).put(hello.hash, world.bytes));
    expect(message).to.contain('BadDigest');
    expect(await hashesOf(open(prefix))).to.deep.equal([]);
  });
}

function describeCopies(swift: () => Swift, newPrefix: () => string): void {
  const { open, client } = useStores(swift);

  it('has damage mended by the other copies', async () => {
    const prefix = newPrefix();
    const addresses = ['a:1', 'b:1', 'c:1'];
    const stores = new Map(addresses.map((at) => [at, open(`${prefix}/${at.slice(0, 1)}`)]));
    const ring = new Ring(addresses);
    const cluster = new BlockCluster({ ring, stores, timer: systemBlockTimer });
    const events: BlockEvent[] = [];
    const observer = (event: BlockEvent) => events.push(event);
    const handOff = new HandOff({ cluster, observer });
    const catchUp = new CatchUp({ cluster, handOff });
    const all = new ReplicatedBlockStore({ cluster, handOff, catchUp, observer });
    await all.put(hello.hash, hello.bytes);
    const [owner = ''] = cluster.ownersOf(hello.hash);
    const store = must(stores.get(owner), 'the first owner');
    await eventually('its copy', eventMsMax, async () =>
      (await store.present([hello.hash])).size === 1 ? true : undefined,
    );
    await overwrite(client(), `${prefix}/${owner.slice(0, 1)}/${hello.hash}`);
    expect(await store.get(hello.hash)).to.deep.equal({ kind: 'damaged' });
    const read = await all.get(hello.hash);
    expect(read.kind === 'found' && Buffer.from(read.bytes).toString()).to.equal('hello');
    await eventually('the news of a good copy', eventMsMax, () =>
      events.find(({ type, address }) => type === 'repaired' && address === owner),
    );
    expect(await store.get(hello.hash)).to.have.property('kind', 'found');
    expect(events).to.deep.include({ type: 'damaged', address: owner, hash: hello.hash });
    handOff.close();
    catchUp.close();
  });

  it('tells that the service is gone, and that it is back, with all that it had', async () => {
    const events: S3Event[] = [];
    const observer = (event: S3Event) => events.push(event);
    const store = open(newPrefix(), { observer, askedAgainMs: 50 });
    await store.put(hello.hash, hello.bytes);
    await swift().kill();
    const { message } = await refusalOf(store.get(hello.hash));
    expect(message).to.contain('ECONNREFUSED').and.to.contain('check --s3-endpoint');
    expect(await refusalOf(store.put(world.hash, world.bytes))).to.be.instanceOf(BlockStoreError);
    await swift().run();
    // Nobody asks it anything meanwhile.
    await eventually('the news of its return', eventMsMax, () =>
      events.at(-1)?.type === 'working' && events.length > 1 ? true : undefined,
    );
    expect(events.map(({ type }) => type)).to.include('failing');
    expect(await hashesOf(store)).to.deep.equal([hello.hash]);
    await store.put(world.hash, world.bytes);
    expect(await store.get(world.hash)).to.have.property('kind', 'found');
  });
}
