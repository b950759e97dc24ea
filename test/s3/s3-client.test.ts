/** Requests to an S3 service that does what real ones seldom do. */
import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { hashOf } from '../../src/blocks/block-hash.js';
import { S3Client } from '../../src/s3/s3-client.js';
import { blockOf, refusalOf } from '../blocks/block-world.js';
import { errorDocument, pageDocument, ScriptedService } from './scripted-service.js';

const hello = blockOf('hello');
const nested = `${'<a>'.repeat(100)}${'</a>'.repeat(100)}<Is`;
const first = { prefix: 'p/', after: '', limit: 10, continuation: undefined };

describe('requests to S3', () => {
  let service: ScriptedService;
  let client: S3Client;
  beforeEach(async () => {
    service = await ScriptedService.start();
    client = connect({ silenceMs: 5_000, requestMs: 20_000 });
  });
  afterEach(async () => {
    client.close();
    await service.stop();
  });

  function connect(times: { silenceMs: number; requestMs: number }): S3Client {
    return new S3Client({ place: service.place, times, pausesMs: [1, 1] });
  }

  /** Answers one after another; the last one again and again. */
  function answer(...answers: readonly (readonly [number, string])[]): void {
    let next = 0;
    service.script = (_seen, response) => {
      const [status, body] = answers[Math.min(next, answers.length - 1)] ?? [500, ''];
      next += 1;
      response.writeHead(status).end(body);
    };
  }

  const refusal = (action: Promise<unknown>): Promise<string> =>
    refusalOf(action).then(({ message }) => message);

  it('carry the digest of the body, and ask that nothing be replaced', async () => {
    expect(await client.putNew('p/x', hello.bytes, hello.hash)).to.equal('put');
    const [seen] = service.seen;
    expect(seen).to.deep.include({ method: 'PUT', path: '/bucket/p/x' });
    expect(seen?.body.toString()).to.equal('hello');
    expect(seen?.headers).to.include({
      ...{ 'if-none-match': '*', 'x-amz-content-sha256': hello.hash, 'content-length': '5' },
    });
    expect(seen?.headers.authorization).to.match(
      /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/r\/s3\/aws4_request, SignedHeaders=host;if-none/,
    );
  });

  it('tell whether there was an object, and whether the service knows such puts', async () => {
    answer([412, errorDocument('PreconditionFailed')], [501, errorDocument('NotImplemented')]);
    expect(await client.putNew('p/x', hello.bytes, hello.hash)).to.equal('exists');
    expect(await client.putNew('p/x', hello.bytes, hello.hash)).to.equal('not known');
  });

  it('are repeated while the service is in trouble', async () => {
    answer(
      [503, errorDocument('SlowDown')],
      [409, errorDocument('ConditionalRequestConflict')],
      [200, ''],
    );
    expect(await client.putNew('p/x', hello.bytes, hello.hash)).to.equal('put');
    expect(service.seen).to.have.length(3);
  });

  it('are repeated so many times, and then told as they ended', async () => {
    answer(
      [500, 'oh'],
      [500, 'oh'],
      [503, errorDocument('SlowDown', 'be\nslow\u0085er')],
      [200, ''],
    );
    const message = await refusal(client.put('p/x', hello.bytes, hello.hash));
    expect(message)
      .to.contain('SlowDown (503): be slow er')
      .and.to.contain('s3://bucket/p at http');
    expect(service.seen).to.have.length(3);
  });

  it('are not repeated when they are refused', async () => {
    answer([403, errorDocument('AccessDenied')]);
    const message = await refusal(client.remove('p/x'));
    expect(message).to.contain('AccessDenied (403)').and.to.contain('rights');
    expect(service.seen).to.have.length(1);
  });

  it('find an object missing only when S3 says so', async () => {
    answer([404, errorDocument('NoSuchKey')]);
    expect(await client.get('p/x', 10)).to.deep.equal({ kind: 'missing' });
    expect(await client.exists('p/x')).to.equal(false);
    answer([404, '<html>not here</html>']);
    expect(await refusal(client.get('p/x', 10))).to.contain('HTTP status 404');
    expect(await refusal(client.exists('p/x'))).to.contain('check --s3-endpoint');
    answer([404, errorDocument('NoSuchBucket')]);
    expect(await refusal(client.exists('p/x'))).to.contain('make the bucket');
  });

  it('never take a part for the whole', async () => {
    let cuts = 0;
    service.script = (_seen, response) => {
      cuts += 1;
      response.writeHead(200, { 'content-length': '5' });
      response.write('hel', () => response.socket?.destroy());
    };
    expect(await refusal(client.get('p/x', 10))).to.contain('it cannot be asked');
    expect(cuts).to.equal(3);
  });

  it('read no more than was asked for', async () => {
    answer([200, 'hello']);
    expect(await client.get('p/x', 5)).to.have.property('kind', 'found');
    expect(await client.get('p/x', 4)).to.deep.equal({ kind: 'too long' });
    answer([200, 'x'.repeat(1_000_000)]);
    expect(await client.exists('p/x')).to.equal(true);
    expect(await refusal(client.put('p/x', hello.bytes, hello.hash))).to.contain('far too long');
    answer([400, 'x'.repeat(1_000_000)]);
    expect(await refusal(client.get('p/x', 5))).to.contain('HTTP status 400');
  });

  it('end when the service says nothing, or too little', async () => {
    client.close();
    client = connect({ silenceMs: 50, requestMs: 20_000 });
    service.script = () => undefined;
    expect(await refusal(client.get('p/x', 5))).to.contain('no answer within 50 ms');
    expect(service.seen).to.have.length(1);
    client.close();
    client = connect({ silenceMs: 20_000, requestMs: 100 });
    service.script = (_seen, response) => response.writeHead(200).write('h');
    expect(await refusal(client.get('p/x', 5))).to.contain('not done within 100 ms');
  });

  it('end when the store is closed', async () => {
    const isAsked = new Promise<ServerResponse>((resolve) => {
      service.script = (_seen, response) => {
        resolve(response);
      };
    });
    const refused = refusal(client.get('p/x', 5));
    await isAsked;
    client.close();
    expect(await refused).to.contain('the store was closed');
    expect(service.seen).to.have.length(1);
  });

  for (const [what, body] of [
    ['another document', '<html></html>'],
    ['no document', 'hello'],
    ['half a document', pageDocument(['p/a']).slice(0, -9)],
    ['a document without an end of the list', '<ListBucketResult></ListBucketResult>'],
    ['a list that goes on nowhere', pageDocument([], '')],
    ['an object without a key', pageDocument([''])],
    ['an object with a size that is none', pageDocument(['p/a']).replace('>5<', '>-5<')],
    ['an object with a time that is none', pageDocument(['p/a']).replace('2026', 'then')],
    [
      'entities that grow',
      '<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + pageDocument(['p/&b;']),
    ],
    ['elements without end', pageDocument(['p/a']).replace('<Is', nested)],
    ['bytes that are no text', '<ListBucketResult>\xff'],
  ] as const) {
    it(`refuse ${what} as a list`, async () => {
      service.script = (_seen, response) => response.end(Buffer.from(body, 'latin1'));
      expect(await refusal(client.list(first))).to.contain('no list of objects');
    });
  }

  it('decode keys where the service says that it encoded them', async () => {
    const plain = pageDocument(['p/a%20b+c', 'p/%zz']);
    answer([200, plain]);
    const keys = async () => (await client.list(first)).objects.map(({ key }) => key);
    expect(await keys()).to.deep.equal(['p/a%20b+c', 'p/%zz']);
    answer([200, plain.replace('<Is', '<EncodingType>url</EncodingType><Is')]);
    expect(await keys()).to.deep.equal(['p/a b c', 'p/%zz']);
  });

  it('tell of a page what is on it, and where the next one begins', async () => {
    answer([200, pageDocument(['p/a'], 'more/+=')]);
    const page = await client.list(first);
    expect(page).to.deep.equal({
      objects: [{ key: 'p/a', bytes: 5, modifiedAtMs: Date.parse('2026-01-02T03:04:05Z') }],
      continuation: 'more/+=',
    });
    await client.list({ ...first, after: 'p/0', continuation: page.continuation });
    const query = new URL(service.seen[1]?.path ?? '', 'http://s').searchParams;
    expect(Object.fromEntries(query)).to.deep.equal({
      ...{ 'list-type': '2', 'encoding-type': 'url', delimiter: '/', 'max-keys': '10' },
      ...{ prefix: 'p/', 'start-after': 'p/0', 'continuation-token': 'more/+=' },
    });
  });

  it('say how far the clocks are apart', async () => {
    service.script = (_seen, response) => {
      response.writeHead(403, { date: new Date(Date.now() + 3_600_500).toUTCString() });
      response.end(errorDocument('RequestTimeTooSkewed'));
    };
    const message = await refusal(client.put('p/x', hello.bytes, hashOf(hello.bytes)));
    expect(message).to.match(/set the clock of this machine, which is 3(599|600|601) s behind/);
  });
});
