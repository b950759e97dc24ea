/** Answers about the files of a cluster that have to be young: linearizable reads, own writes. */
import { expect } from 'chai';
import { ClusterSource } from '../../src/gateway/cluster-source.js';
import { ContentCache } from '../../src/gateway/content-cache.js';
import {
  SourceUnavailable,
  type FileSource,
  type ServedFile,
} from '../../src/gateway/file-source.js';
import { RecentWrites } from '../../src/gateway/recent-writes.js';
import { eventually } from '../e2e/support/eventually.js';
import { HandCluster } from './hand-cluster.js';
import { Served } from './served.js';

async function bytesOf(file: ServedFile): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(0, file.size)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const failureOf = async (action: Promise<unknown>): Promise<unknown> =>
  action.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a cluster that is asked for something young', () => {
  let cluster: HandCluster;
  let nowMs: number;
  let source: FileSource;

  beforeEach(() => {
    cluster = new HandCluster();
    nowMs = 1_000_000;
    const cache = new ContentCache(1_000_000);
    const { client, store: blocks } = cluster;
    source = new ClusterSource({ client, blocks, cache, nowMs: () => nowMs });
  });

  const textAt = async (maxAgeMs: number): Promise<string> => {
    const found = await source.find(['a'], { maxAgeMs });
    return found.kind === 'file' ? (await bytesOf(found.file)).toString() : found.kind;
  };

  it('asks anew, whatever it knows, and tells others what it has learned', async () => {
    cluster.put('a', [Buffer.from('one')]);
    expect(await textAt(Infinity)).to.equal('one');
    cluster.put('a', [Buffer.from('two')]);
    expect(await textAt(Infinity)).to.equal('one');
    expect(await textAt(0)).to.equal('two');
    expect(await textAt(Infinity)).to.equal('two');
    cluster.update('a', ['0']);
    nowMs += 100;
    expect(await textAt(101)).to.equal('two');
    expect(await textAt(100)).to.equal('absent');
    cluster.put('a/b', [Buffer.from('x')]);
    expect(await textAt(0)).to.equal('folder');
  });

  it('asks once for all who want it at the same moment', async () => {
    cluster.put('a', [Buffer.from('one')]);
    expect(await textAt(Infinity)).to.equal('one');
    cluster.put('a', [Buffer.from('two')]);
    const before = cluster.questions;
    const texts = await Promise.all(Array.from({ length: 3_000 }, () => textAt(0)));
    expect(new Set(texts)).to.deep.equal(new Set(['two']));
    expect(cluster.questions - before).to.equal(1);
  });

  it('does not share a question that was asked before', async () => {
    cluster.put('a', [Buffer.from('one')]);
    cluster.trouble = 'hangs';
    const before = textAt(Infinity);
    await eventually('the question', 2_000, () => cluster.questions || undefined);
    cluster.trouble = 'none';
    cluster.put('a', [Buffer.from('two')]);
    nowMs += 10;
    expect(await textAt(10)).to.equal('two');
    cluster.heal();
    expect(await before).to.equal('two');
  });

  it('keeps the younger answer when the older question is answered last', async () => {
    const { client } = cluster;
    let answerLate: (() => void) | undefined;
    source = new ClusterSource({
      client: {
        ...client,
        getFileInfo: async (name) => {
          const info = await client.getFileInfo(name);
          if (answerLate === undefined) {
            await new Promise<void>((resolve) => (answerLate = resolve));
          }
          return info;
        },
      },
      ...{ blocks: cluster.store, cache: new ContentCache(1_000_000), nowMs: () => nowMs },
    });
    cluster.put('a', [Buffer.from('one')]);
    const before = textAt(Infinity);
    await eventually('the question', 2_000, () => (answerLate ? true : undefined));
    cluster.put('a', [Buffer.from('two')]);
    nowMs += 10;
    expect(await textAt(0)).to.equal('two');
    answerLate?.();
    await before;
    expect(await textAt(Infinity)).to.equal('two');
  });

  it('leaves room for those who want no more than what was known', async () => {
    cluster.put('a', [Buffer.from('one')]);
    cluster.put('b', [Buffer.from('other')]);
    expect(await textAt(Infinity)).to.equal('one');
    cluster.trouble = 'hangs';
    nowMs += 1_000;
    const young: Promise<unknown>[] = [];
    // Each in a turn of its own: they share no question.
    for (let turn = 0; turn < 1_100; turn += 1) {
      young.push(failureOf(textAt(0)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await textAt(Infinity)).to.equal('one');
    cluster.heal();
    const refused = (await Promise.all(young)).filter((error) => error !== undefined);
    expect(refused.length).to.be.within(50, 150);
    expect(refused[0]).to.be.instanceOf(SourceUnavailable);
  });

  it('gives nothing older while the cluster cannot be asked', async () => {
    cluster.put('a', [Buffer.from('one')]);
    expect(await textAt(0)).to.equal('one');
    cluster.trouble = 'refuses';
    nowMs += 1_000;
    expect(await textAt(Infinity)).to.equal('one');
    expect(await textAt(1_001)).to.equal('one');
    expect(await failureOf(textAt(1_000))).to.be.instanceOf(SourceUnavailable);
  });

  it('is what Cache-Control: no-cache asks for over HTTP', async () => {
    const served = await Served.start(source);
    const textOf = async (headers: Record<string, string> = {}): Promise<string> =>
      (await served.ask('/a', { headers })).body.toString();
    cluster.put('a', [Buffer.from('one')]);
    expect(await textOf()).to.equal('one');
    cluster.put('a', [Buffer.from('two')]);
    expect(await textOf({ 'cache-control': 'max-age=0' })).to.equal('one');
    expect(await textOf({ 'cache-control': 'max-age=0, No-Cache' })).to.equal('two');
    cluster.put('a', [Buffer.from('three')]);
    expect(await textOf()).to.equal('two');
    expect(await textOf({ 'surfraft-max-age': '0' })).to.equal('three');
    await served.stop();
  });
});

describe('what was written a short while ago', () => {
  it('counts for the name, its folders and the file that it is a form of, for a minute', () => {
    let nowMs = 5_000;
    const writes = new RecentWrites(() => nowMs);
    writes.note(['a', 'b', 'c.txt.gz']);
    nowMs += 700;
    for (const path of ['', 'a', 'a/b', 'a/b/c.txt.gz', 'a/b/c.txt']) {
      expect(writes.maxAgeMs(path === '' ? [] : path.split('/')), path).to.equal(700);
    }
    for (const path of ['b', 'a/b/c', 'a/b/d', 'a/b/c.txt.gz/d']) {
      expect(writes.maxAgeMs(path.split('/')), path).to.equal(undefined);
    }
    nowMs += 60_000;
    expect(writes.maxAgeMs(['a'])).to.equal(undefined);
  });
});
