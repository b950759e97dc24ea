/**
 * What the map of a cluster says of files, in the gateway's terms: there is such a file, of these
 * blocks, or there is none.
 */
import { createHash } from 'node:crypto';
import { isBlockHash, type BlockHash } from '../blocks/block-hash.js';
import type { FileInfo } from '../client/file-answers.js';

export interface KnownVersion {
  readonly kind: 'file';
  readonly version: number;
  readonly hashes: readonly BlockHash[];
  /** Made of the hashes, with its quotes. */
  readonly etag: string;
  /** When the version was made: milliseconds since 1970; undefined when nobody knows. */
  readonly modifiedMs: number | undefined;
}

export type KnownFile = KnownVersion | { readonly kind: 'absent' };

const absent: KnownFile = { kind: 'absent' };

/** The hash list of a deletion, and how some clients write an empty file. */
const deletedWord = '0';
const emptyWord = '-1';

/** A deletion is absent, and so is a list with words that name no blocks: nobody can read it. */
export function toKnownFile({ version, hashlist }: FileInfo, modifiedMs?: number): KnownFile {
  const words = hashlist.map(String);
  const only = words.length === 1 ? words[0] : undefined;
  if (version === 0 || only === deletedWord) return absent;
  const hashes = only === emptyWord ? [] : words;
  if (!hashes.every(isBlockHash)) return absent;
  return { kind: 'file', version, hashes, etag: tagOfHashes(hashes), modifiedMs };
}

/** The entity tag of a file of these blocks, with its quotes. */
export function tagOfHashes(hashes: readonly BlockHash[]): string {
  const hash = createHash('sha256').update('hash list\n');
  for (const block of hashes) hash.update(block);
  return `"${hash.digest('hex')}"`;
}
