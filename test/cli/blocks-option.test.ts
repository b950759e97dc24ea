/** Where `--blocks` says that blocks are kept. */
import { expect } from 'chai';
import { inspect } from 'node:util';
import {
  formatBlocksTarget,
  placeBelow,
  readBlocksTarget,
  type BlocksTarget,
} from '../../src/cli/blocks-option.js';
import { must } from '../../src/base/assert.js';

const environment = {
  AWS_ACCESS_KEY_ID: 'id',
  AWS_SECRET_ACCESS_KEY: 'a secret',
  AWS_REGION: 'eu-central-1',
};

function read(
  blocks: string | undefined,
  s3Endpoint?: string,
  variables: Readonly<Record<string, string | undefined>> = environment,
): BlocksTarget | undefined {
  return readBlocksTarget({ blocks, s3Endpoint }, variables);
}

function placeOf(target: BlocksTarget | undefined) {
  if (target?.kind !== 's3') throw new Error('not in S3');
  return target.place;
}

describe('--blocks', () => {
  it('names a folder, or nothing', () => {
    expect(read(undefined)).to.equal(undefined);
    expect(read('a/s3:')).to.deep.equal({ kind: 'folder', path: 'a/s3:' });
  });

  it('names a bucket, at the service that --s3-endpoint names', () => {
    const place = placeOf(read('s3://bucket//a/b/', 'http://localhost:9000/'));
    expect([place.bucket, place.prefix, place.endpoint.href]).to.deep.equal([
      ...['bucket', 'a/b', 'http://localhost:9000/'],
    ]);
    expect([place.credentials.accessKeyId, place.credentials.region]).to.deep.equal([
      ...['id', 'eu-central-1'],
    ]);
    const amazon = placeOf(read('s3://bucket')).endpoint;
    expect(amazon.href).to.equal('https://s3.eu-central-1.amazonaws.com/');
  });

  it('shows no secret', () => {
    const target = read('s3://bucket');
    expect(inspect(target, { depth: 9, showHidden: true })).not.to.contain('a secret');
    expect(JSON.stringify(target)).not.to.contain('a secret');
  });

  it('has a place for each of several servers, which it writes as it reads it', () => {
    for (const [blocks, one] of [
      ['dir', 'dir/metadata3'],
      ['s3://bucket', 's3://bucket/metadata3'],
      ['s3://bucket/a', 's3://bucket/a/metadata3'],
    ] as const) {
      const endpoint = blocks === 'dir' ? undefined : 'https://[::1]:9000';
      const target = must(read(blocks, endpoint), 'a place');
      const written = formatBlocksTarget(placeBelow(target, 'metadata3'));
      expect(written).to.deep.equal({ blocks: one, s3Endpoint: endpoint });
      expect(read(written.blocks, written.s3Endpoint)).to.deep.equal(
        placeBelow(target, 'metadata3'),
      );
    }
  });

  for (const [blocks, endpoint, reason] of [
    ['', undefined, '--blocks is empty'],
    ['http://a/b', undefined, 'other places are not served'],
    ['s3://B', undefined, '--blocks is "s3://B": "B" is no name of a bucket'],
    ['dir', 'http://a', '--s3-endpoint needs --blocks s3://'],
    [undefined, 'http://a', '--s3-endpoint needs --blocks s3://'],
    ['s3://bucket', 'localhost:9000', '--s3-endpoint is no URL of a service'],
    ['s3://bucket', 'ftp://a', '--s3-endpoint is no URL of a service'],
    ['s3://bucket', 'http://a/b', '--s3-endpoint is no URL of a service'],
    ['s3://bucket', 'http://a?b', '--s3-endpoint is no URL of a service'],
    ['s3://bucket', 'http://me:word@a', '--s3-endpoint is no URL of a service'],
  ] as const) {
    it(`is refused: ${blocks} at ${endpoint}`, () => {
      expect(() => read(blocks, endpoint)).to.throw(reason);
      expect(() => read(blocks, endpoint)).not.to.throw('me:word');
    });
  }

  for (const [variables, reason] of [
    [{}, 'needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY and AWS_REGION in the environment'],
    [{ ...environment, AWS_REGION: ' ' }, 'needs AWS_REGION in the environment'],
    [{ ...environment, AWS_REGION: 'eu/1' }, 'AWS_REGION is "eu/1"'],
    [{ ...environment, AWS_ACCESS_KEY_ID: 'a b' }, 'characters that no key has'],
  ] as const) {
    it(`is refused with an environment of which it says: ${reason}`, () => {
      expect(() => read('s3://bucket', undefined, variables)).to.throw(reason);
    });
  }
});
