/** The block store in S3 on services that know more, or less, than the one that the tests have. */
import { expect } from 'chai';
import type { BlockHash } from '../../src/blocks/block-hash.js';
import { systemBlockTimer } from '../../src/io/system-block-timer.js';
import { S3BlockStore } from '../../src/s3/s3-block-store.js';
import { blockOf, refusalOf } from '../blocks/block-world.js';
import { eventually } from '../e2e/support/eventually.js';
import { errorDocument, pageDocument, ScriptedService, type Script } from './scripted-service.js';

const [hello, world] = [blockOf('hello'), blockOf('world')];
const sorted = [hello.hash, world.hash].sort();

describe('the block store in S3, on an odd service', () => {
  let service: ScriptedService;
  let store: S3BlockStore;
  beforeEach(async () => {
    service = await ScriptedService.start();
  });
  afterEach(async () => {
    store.close();
    await service.stop();
  });

  /** Opens the store; its question at the start is answered, and not counted. */
  async function open(script: Script): Promise<void> {
    const isAsked = new Promise<void>((resolve) => {
      store = S3BlockStore.open({
        place: service.place,
        timer: systemBlockTimer,
        observer: () => resolve(),
        pausesMs: [1, 1],
      });
    });
    service.script = (_seen, response) => response.end(pageDocument([]));
    await isAsked;
    service.seen.length = 0;
    service.script = script;
  }

  const asked = (): readonly string[] =>
    service.seen.map(({ method, headers }) =>
      headers['if-none-match'] === undefined ? method : `${method} if new`,
    );

  it('sends a new block once', async () => {
    await open((_seen, response) => response.end());
    await store.put(hello.hash, hello.bytes);
    expect(asked()).to.deep.equal(['PUT if new']);
  });

  for (const [what, kept, more] of [
    ['leaves a good copy', 'hello', []],
    ['replaces a damaged copy', 'jello', ['PUT']],
    ['replaces a copy that is gone meanwhile', undefined, ['PUT']],
  ] as const) {
    it(`${what} when the block is put again`, async () => {
      await open(({ method, headers }, response) => {
        if (method === 'GET' && kept !== undefined) response.end(kept);
        else if (method === 'GET') response.writeHead(404).end(errorDocument('NoSuchKey'));
        else if (headers['if-none-match'] === undefined) response.end();
        else response.writeHead(412).end(errorDocument('PreconditionFailed'));
      });
      await store.put(hello.hash, hello.bytes);
      expect(asked()).to.deep.equal(['PUT if new', 'GET', ...more]);
      expect(service.seen.at(-1)?.body.toString()).to.equal(more.length > 0 ? 'hello' : '');
    });
  }

  it('does not ask again for what the service does not know', async () => {
    await open(({ method, headers }, response) => {
      if (method === 'GET') response.writeHead(404).end(errorDocument('NoSuchKey'));
      else if (headers['if-none-match'] === undefined) response.end();
      else response.writeHead(501).end(errorDocument('NotImplemented'));
    });
    await store.put(hello.hash, hello.bytes);
    await store.put(world.hash, world.bytes);
    expect(asked()).to.deep.equal(['PUT if new', 'GET', 'PUT', 'GET', 'PUT']);
  });

  it('takes an object that is too long for a block to be damaged, without reading it', async () => {
    await open((_seen, response) => {
      response.writeHead(200, { 'content-length': 2 ** 40 });
      response.write(Buffer.alloc(1_000));
    });
    expect(await store.get(hello.hash)).to.deep.equal({ kind: 'damaged' });
    expect(asked()).to.deep.equal(['GET']);
  });

  it('is told of a failing service in every call, and removes nothing', async () => {
    await open((_seen, response) => response.writeHead(500).end());
    for (const call of [
      () => store.put(hello.hash, hello.bytes),
      () => store.get(hello.hash),
      () => store.present([hello.hash]),
      () => store.list('', 1),
      () => store.remove(hello.hash, 0),
    ]) {
      expect((await refusalOf(call())).message).to.contain('the service is in trouble');
    }
    expect(asked()).not.to.include('DELETE');
  });

  it('refuses a listing that is not in order, or comes back to what it has told', async () => {
    const keys = sorted.map((hash) => `p/${hash}`);
    await open((_seen, response) => response.end(pageDocument(keys.toReversed())));
    expect((await refusalOf(store.list('', 10))).message).to.contain('not in order');
    service.script = (_seen, response) => response.end(pageDocument(keys, 'again'));
    expect((await refusalOf(store.list('', 10))).message).to.contain('not in order');
    expect((await refusalOf(store.list(sorted[0] ?? '', 10))).message).to.contain('not in order');
  });

  it('refuses a listing that goes on without a block', async () => {
    await open((_seen, response) => response.end(pageDocument(['p/x', 'q/y'], 'again')));
    expect((await refusalOf(store.list('', 1))).message).to.contain('1000 pages in a row');
  });

  it('does not count as present what goes away while it is asked for', async () => {
    let removed: (() => void) | undefined;
    const kept = new Set<string>([hello.hash]);
    await open(({ method, path }, response) => {
      const isThere = kept.has(path.split('/').at(-1) as BlockHash);
      if (method === 'DELETE') {
        removed = () => {
          kept.clear();
          response.writeHead(204).end();
        };
      } else if (path.includes('list-type')) {
        response.end(pageDocument([...kept].map((hash) => `p/${hash}`)));
      } else if (isThere) response.end('hello');
      else response.writeHead(404).end(errorDocument('NoSuchKey'));
    });
    const removal = store.remove(hello.hash, 0);
    await eventually('the removal', 10_000, () => removed);
    const present = store.present([hello.hash]);
    // Whatever it asks before the removal is done, it has asked by now.
    expect(await store.get(world.hash)).to.deep.equal({ kind: 'missing' });
    removed?.();
    expect([await removal, [...(await present)]]).to.deep.equal([true, []]);
  });
});
