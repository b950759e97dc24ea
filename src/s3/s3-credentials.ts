/**
 * Who we are to an S3 service. Signing (AWS Signature Version 4) is a matter of this class alone,
 * so that the secret leaves it for nowhere: no log, no message, no listing of fields shows it.
 */
import { AwsV4Signer } from 'aws4fetch';
import type { BlockHash } from '../blocks/block-hash.js';

export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Goes with keys that were lent for some hours. */
  readonly sessionToken: string | undefined;
  readonly region: string;
}

export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The SHA-256 of the body, which the service compares with what arrives. */
  readonly bodyHash: BlockHash;
}

/** A key that was derived for a day serves for all of it. */
const derivedKeysMax = 2;

export class S3Credentials {
  readonly region: string;
  readonly accessKeyId: string;
  readonly #keys: S3Keys;
  readonly #derivedKeys = new Map<string, ArrayBuffer>();

  constructor(keys: S3Keys) {
    this.region = keys.region;
    this.accessKeyId = keys.accessKeyId;
    this.#keys = keys;
  }

  /** The headers to be sent, those of the request among them. `at` is the time that is signed. */
  async sign(
    { method, url, headers, bodyHash }: UnsignedRequest,
    at: Date,
  ): Promise<Record<string, string>> {
    if (this.#derivedKeys.size > derivedKeysMax) this.#derivedKeys.clear();
    const { accessKeyId, secretAccessKey, sessionToken, region } = this.#keys;
    const signer = new AwsV4Signer({
      ...{ method, url: url.href, accessKeyId, secretAccessKey, region, service: 's3' },
      ...(sessionToken !== undefined && { sessionToken }),
      headers: { ...headers, 'x-amz-content-sha256': bodyHash },
      datetime: at.toISOString().replace(/[:-]|\.\d{3}/g, ''),
      cache: this.#derivedKeys,
    });
    const signed = await signer.sign();
    return Object.fromEntries(signed.headers);
  }
}
