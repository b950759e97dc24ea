/** The name of a block: the SHA-256 of its bytes, in lower-case hexadecimal digits. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { assert } from '../base/assert.js';

declare const blockHashBrand: unique symbol;

/** 64 of the digits 0–9 and a–f. */
export type BlockHash = string & { readonly [blockHashBrand]: true };

const pattern = /^[0-9a-f]{64}$/;

export function isBlockHash(text: string): text is BlockHash {
  return pattern.test(text);
}

export function asBlockHash(text: string): BlockHash {
  assert(isBlockHash(text), () => `a block is named by 64 hexadecimal digits, not by ${text}`);
  return text;
}

/** What a block of these bytes is called. About a millisecond for a megabyte. */
export function hashOf(bytes: Uint8Array): BlockHash {
  return asBlockHash(createHash('sha256').update(bytes).digest('hex'));
}

/** What is hashed at a time of a large block: some tenths of a millisecond of work. */
const hashedAtATime = 512 * 1024;

/** The same as `hashOf`, a piece in each turn of the event loop, for blocks of many megabytes. */
export async function hashInTurns(bytes: Uint8Array): Promise<BlockHash> {
  if (bytes.length <= hashedAtATime) return hashOf(bytes);
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += hashedAtATime) {
    if (at > 0) await setImmediate();
    hash.update(bytes.subarray(at, at + hashedAtATime));
  }
  return asBlockHash(hash.digest('hex'));
}
