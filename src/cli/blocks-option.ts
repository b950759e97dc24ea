/**
 * The options `--blocks` and `--s3-endpoint` of everything that keeps blocks, and the variables of
 * the environment that go with them.
 */
import { join } from 'node:path';
import { S3Credentials } from '../s3/s3-credentials.js';
import { formatS3Place, isS3Address, parseS3Address, type S3Place } from '../s3/s3-place.js';
import { UsageError } from './usage-error.js';

export const blocksOption = {
  type: 'string',
  requiresArg: true,
  description:
    'Keep the blocks in this folder, or in s3://BUCKET[/PREFIX]; ' +
    'of several servers, in …/metadata<i> for each',
  defaultDescription: 'the folder "blocks" of the data folder',
} as const;

export const s3EndpointOption = {
  type: 'string',
  requiresArg: true,
  description:
    'The URL of the S3 service of --blocks. Keys and region come from AWS_ACCESS_KEY_ID, ' +
    'AWS_SECRET_ACCESS_KEY and AWS_REGION',
  defaultDescription: "Amazon's in AWS_REGION",
} as const;

/** Where somebody wants the blocks to be kept. */
export type BlocksTarget =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 's3'; readonly place: S3Place };

export interface GivenBlocksPlace {
  readonly blocks: string | undefined;
  readonly s3Endpoint: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the options name; undefined without them. Throws `UsageError`. */
export function readBlocksTarget(
  { blocks, s3Endpoint }: GivenBlocksPlace,
  environment: Environment = process.env,
): BlocksTarget | undefined {
  if (blocks === '') {
    throw new UsageError('--blocks is empty; expected a folder or s3://BUCKET[/PREFIX]');
  }
  if (blocks !== undefined && isS3Address(blocks)) {
    return { kind: 's3', place: readS3Place(blocks, s3Endpoint, environment) };
  }
  if (s3Endpoint !== undefined) {
    throw new UsageError('--s3-endpoint needs --blocks s3://BUCKET[/PREFIX], too');
  }
  if (blocks === undefined) return undefined;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(blocks)) {
    throw new UsageError(
      `--blocks is "${blocks}"; expected a folder or s3://BUCKET[/PREFIX], ` +
        'other places are not served',
    );
  }
  return { kind: 'folder', path: blocks };
}

/** The same place for one of several servers. */
export function placeBelow(target: BlocksTarget, name: string): BlocksTarget {
  if (target.kind === 'folder') return { kind: 'folder', path: join(target.path, name) };
  const { prefix } = target.place;
  return {
    kind: 's3',
    place: { ...target.place, prefix: prefix === '' ? name : `${prefix}/${name}` },
  };
}

/** As the options take it. */
export function formatBlocksTarget(target: BlocksTarget): GivenBlocksPlace {
  if (target.kind === 'folder') return { blocks: target.path, s3Endpoint: undefined };
  const { place } = target;
  return { blocks: formatS3Place(place), s3Endpoint: place.endpoint.origin };
}

function readS3Place(
  blocks: string,
  s3Endpoint: string | undefined,
  environment: Environment,
): S3Place {
  const parsed = parseS3Address(blocks);
  if (parsed.kind === 'wrong') throw new UsageError(`--blocks is "${blocks}": ${parsed.reason}`);
  const { bucket, prefix } = parsed;
  const credentials = readCredentials(environment);
  const endpoint =
    s3Endpoint === undefined
      ? new URL(`https://s3.${credentials.region}.amazonaws.com`)
      : readEndpoint(s3Endpoint);
  return { bucket, prefix, endpoint, credentials };
}

function readEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`)
    return url;
  // Not the text: it may hold a password.
  throw new UsageError(
    '--s3-endpoint is no URL of a service; expected http[s]://HOST[:PORT] and nothing behind it',
  );
}

const regionPattern = /^[A-Za-z0-9-]{1,64}$/;

function readCredentials(environment: Environment): S3Credentials {
  const read = (name: string): string => environment[name]?.trim() ?? '';
  const [accessKeyId, secretAccessKey, region] = [
    read('AWS_ACCESS_KEY_ID'),
    read('AWS_SECRET_ACCESS_KEY'),
    read('AWS_REGION'),
  ];
  const given = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: region,
  };
  const missing = Object.entries(given).flatMap(([name, value]) => (value === '' ? [name] : []));
  if (missing.length > 0) {
    throw new UsageError(`--blocks s3://… needs ${missing.join(' and ')} in the environment`);
  }
  if (!regionPattern.test(region)) {
    throw new UsageError(`AWS_REGION is "${region}"; expected a region such as us-east-1`);
  }
  if (!/^[\x21-\x7e]+$/.test(accessKeyId)) {
    throw new UsageError('AWS_ACCESS_KEY_ID holds characters that no key has');
  }
  const sessionToken = read('AWS_SESSION_TOKEN') || undefined;
  return new S3Credentials({ accessKeyId, secretAccessKey, sessionToken, region });
}

/**
 * Throws `UsageError` when a server is to keep blocks in a place although the stores that its
 * cluster names keep them: nothing would ever come there.
 */
export function refuseIdleBlocksPlace(
  target: BlocksTarget | undefined,
  stores: readonly { readonly address: string }[],
): void {
  if (target === undefined || stores.length === 0) return;
  const { blocks = '' } = formatBlocksTarget(target);
  const named = stores.map(({ address }) => address).join(', ');
  throw new UsageError(
    `--blocks ${blocks} would stay empty: the block stores ${named} keep the blocks; ` +
      'give --blocks to them (surfraft block --blocks DIR), or name no block stores',
  );
}
