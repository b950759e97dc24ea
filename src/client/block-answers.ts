/**
 * What the block methods answer, as values of this program. Whatever has another shape is told as
 * undefined: the caller knows what that means for it.
 */
import { isBlockHash, type BlockHash } from '../blocks/block-hash.js';
import type { StoredBlock } from '../blocks/block-store.js';
import type { XmlValue } from '../rpc/xml-value.js';

/** A list of hashes, and of nothing else. */
export function toHashes(value: XmlValue): readonly BlockHash[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value as readonly XmlValue[];
  const hashes = items.filter((item) => typeof item === 'string').filter(isBlockHash);
  return hashes.length === items.length ? hashes : undefined;
}

/** `[[hash, bytes, ageMs], …]`. */
export function toStoredBlocks(value: XmlValue): readonly StoredBlock[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const blocks = (value as readonly XmlValue[]).map(toStoredBlock);
  const known = blocks.filter((block) => block !== undefined);
  return known.length === blocks.length ? known : undefined;
}

function toStoredBlock(item: XmlValue): StoredBlock | undefined {
  if (!Array.isArray(item)) return undefined;
  const [hash, bytes, ageMs] = item as readonly XmlValue[];
  if (typeof hash !== 'string' || !isBlockHash(hash)) return undefined;
  if (typeof bytes !== 'number' || typeof ageMs !== 'number') return undefined;
  return { hash, bytes, ageMs };
}
