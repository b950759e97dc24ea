/** What may stand behind `--blocks s3://`. */
import { expect } from 'chai';
import { formatS3Place, isS3Address, parseS3Address } from '../../src/s3/s3-place.js';

describe('addresses in S3', () => {
  for (const [text, bucket, prefix] of [
    ['s3://bucket', 'bucket', ''],
    ['S3://bucket/', 'bucket', ''],
    ['s3://my.bucket-1/a/b', 'my.bucket-1', 'a/b'],
    ['s3://bucket//a///B_c.d-9//', 'bucket', 'a/B_c.d-9'],
  ] as const) {
    it(`are understood: ${text}`, () => {
      expect(isS3Address(text)).to.equal(true);
      expect(parseS3Address(text)).to.deep.equal({ kind: 'ok', bucket, prefix });
      const written = formatS3Place({ bucket, prefix });
      expect(parseS3Address(written)).to.deep.equal({ kind: 'ok', bucket, prefix });
    });
  }

  for (const [text, reason] of [
    ['s3://', '"" is no name of a bucket'],
    ['s3:///a', '"" is no name of a bucket'],
    ['s3://ab', '"ab" is no name'],
    ['s3://Bucket', '"Bucket" is no name'],
    ['s3://buc_ket', '"buc_ket" is no name'],
    ['s3://bucket-', '"bucket-" is no name'],
    ['s3://buc..ket', '"buc..ket" is no name'],
    ['s3://10.0.0.1', '"10.0.0.1" is no name'],
    [`s3://${'b'.repeat(64)}`, 'is no name'],
    ['s3://bucket/a/../b', '".." cannot stand in a prefix'],
    ['s3://bucket/.', '"." cannot stand in a prefix'],
    ['s3://bucket/a b', '"a b" cannot stand in a prefix'],
    ['s3://bucket/a?b', '"a?b" cannot stand in a prefix'],
    ['s3://bucket/a%2f', '"a%2f" cannot stand in a prefix'],
    [`s3://bucket/${'p'.repeat(901)}`, 'the prefix has 901 characters; expected 900 at most'],
  ] as const) {
    it(`are refused: ${text.slice(0, 40)}`, () => {
      const parsed = parseS3Address(text);
      expect(parsed.kind === 'wrong' ? parsed.reason : '').to.contain(reason);
    });
  }

  it('are told from folders', () => {
    for (const text of ['s3', 's3:/a', './s3://a', 'http://s3']) {
      expect(isS3Address(text)).to.equal(false);
    }
  });
});
