/** The blocks that a version of a file is made of. */
import { isBlockHash, type BlockHash } from '../blocks/block-hash.js';
import type { FileInfo, HashItem } from '../client/file-answers.js';
import { isDeletion } from './deletion.js';

/** How other clients write an empty file. */
const emptyFileWord = '-1';

/** The items that stand for bytes: none of a deletion, nor of an empty file. */
export function blockItems(info: Pick<FileInfo, 'hashlist'>): readonly HashItem[] {
  const { hashlist } = info;
  const isEmpty = hashlist.length === 1 && String(hashlist[0]) === emptyFileWord;
  return isDeletion(info) || isEmpty ? [] : hashlist;
}

/** Those of them that name blocks, each once. */
export function blockHashes(info: Pick<FileInfo, 'hashlist'>): ReadonlySet<BlockHash> {
  const texts = blockItems(info).filter((item) => typeof item === 'string');
  return new Set(texts.filter(isBlockHash));
}
