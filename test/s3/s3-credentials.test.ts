/**
 * Signatures, held to the examples that Amazon publishes ("Signature Calculations for the
 * Authorization Header", Amazon S3 API Reference).
 */
import { expect } from 'chai';
import { hashOf } from '../../src/blocks/block-hash.js';
import { S3Credentials } from '../../src/s3/s3-credentials.js';

const credentials = new S3Credentials({
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: undefined,
  region: 'us-east-1',
});
const at = new Date('2013-05-24T00:00:00Z');
const host = 'https://examplebucket.s3.amazonaws.com';

async function signatureOf(
  method: string,
  path: string,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const url = new URL(`${host}${path}`);
  const bodyHash = hashOf(new TextEncoder().encode(body));
  const signed = await credentials.sign({ method, url, headers, bodyHash }, at);
  return /Signature=([0-9a-f]{64})$/.exec(signed['authorization'] ?? '')?.[1];
}

describe('signatures', () => {
  it('are those of the example that puts an object', async () => {
    const headers = {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    };
    expect(await signatureOf('PUT', '/test$file.text', 'Welcome to Amazon S3.', headers)).to.equal(
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    );
  });

  it('are those of the example that asks for the life cycle of a bucket', async () => {
    expect(await signatureOf('GET', '/?lifecycle')).to.equal(
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    );
  });

  it('are those of the example that lists objects', async () => {
    expect(await signatureOf('GET', '/?max-keys=2&prefix=J')).to.equal(
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    );
  });

  it('cover the token that goes with keys on loan', async () => {
    const lent = new S3Credentials({
      ...{ accessKeyId: 'id', secretAccessKey: 's', region: 'r', sessionToken: 'token' },
    });
    const bodyHash = hashOf(new Uint8Array());
    const signed = await lent.sign(
      { method: 'GET', url: new URL(host), headers: {}, bodyHash },
      at,
    );
    expect(signed).to.include({
      'x-amz-security-token': 'token',
      'x-amz-content-sha256': bodyHash,
    });
    expect(signed['authorization']).to.match(/SignedHeaders=[^,]*;x-amz-security-token,/);
  });
});
