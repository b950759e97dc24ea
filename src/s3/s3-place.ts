/** Where in which S3 service a store keeps its blocks: `s3://BUCKET[/PREFIX]`, and who asks. */
import type { S3Credentials } from './s3-credentials.js';

export interface S3Place {
  readonly bucket: string;
  /** Without slashes at its ends; empty: the blocks lie in the bucket itself. */
  readonly prefix: string;
  /** Scheme, host and port of the service. */
  readonly endpoint: URL;
  readonly credentials: S3Credentials;
}

/** As `--blocks` takes it. */
export function formatS3Place({ bucket, prefix }: Pick<S3Place, 'bucket' | 'prefix'>): string {
  return `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
}

export type ParsedS3Address =
  | { readonly kind: 'ok'; readonly bucket: string; readonly prefix: string }
  | { readonly kind: 'wrong'; readonly reason: string };

const scheme = /^s3:\/\//i;

/** The names that Amazon allows, which all other services do, too. */
const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ipv4Pattern = /^\d+\.\d+\.\d+\.\d+$/;

/** Characters that are the same in every URL and every signature. */
const partPattern = /^[A-Za-z0-9._-]+$/;

/** A key has 1,024 bytes at most; a slash and a hash come behind the prefix. */
const prefixCharactersMax = 900;

export function isS3Address(text: string): boolean {
  return scheme.test(text);
}

/** Slashes too many make no difference. */
export function parseS3Address(text: string): ParsedS3Address {
  const [bucket = '', ...rest] = text.replace(scheme, '').split('/');
  if (!bucketPattern.test(bucket) || bucket.includes('..') || ipv4Pattern.test(bucket)) {
    return {
      kind: 'wrong',
      reason:
        `"${bucket}" is no name of a bucket; ` +
        'expected 3 to 63 of a–z, 0–9, "-" and ".", a letter or digit at both ends',
    };
  }
  const parts = rest.filter((part) => part !== '');
  const prefix = parts.join('/');
  for (const part of parts) {
    if (partPattern.test(part) && part !== '.' && part !== '..') continue;
    return {
      kind: 'wrong',
      reason: `"${part}" cannot stand in a prefix; expected A–Z, a–z, 0–9, "-", "_" and "."`,
    };
  }
  if (prefix.length > prefixCharactersMax) {
    const reason = `the prefix has ${prefix.length} characters; expected ${prefixCharactersMax}`;
    return { kind: 'wrong', reason: `${reason} at most` };
  }
  return { kind: 'ok', bucket, prefix };
}
