/**
 * What a cursor reads, as values: slow, and plain enough to believe.
 */
import type { FileInfo, HashItem } from '../../src/files/file-command.js';
import type { FileCursor } from '../../src/files/file-cursor.js';
import type { FileMap } from '../../src/files/file-map.js';

type NamedFile = readonly [name: string, info: FileInfo];

export function readFiles(cursor: FileCursor): readonly NamedFile[] {
  const files: NamedFile[] = [];
  while (cursor.nextFile()) {
    const name = textOf(cursor);
    const version = Number(cursor.version);
    files.push([name, { version, hashlist: readItems(cursor) }]);
  }
  return files;
}

/** A page as `getfileinfopage` answers it. */
export function pageOf(
  map: FileMap,
  afterName: string,
  limit: number,
): { readonly files: readonly NamedFile[]; readonly more: boolean } {
  const numbers = map.numbersAfter(afterName, limit + 1);
  const files = readFiles(map.freeze().readThese(numbers.subarray(0, limit)));
  return { files, more: numbers.length > limit };
}

function readItems(cursor: FileCursor): readonly HashItem[] {
  const items: HashItem[] = [];
  for (let kind = cursor.nextItem(); kind !== undefined; kind = cursor.nextItem()) {
    if (kind === 'integer') items.push(cursor.integer);
    else items.push(kind === 'text' ? textOf(cursor) : bytesOf(cursor).toString('hex'));
  }
  return items;
}

function textOf(cursor: FileCursor): string {
  return bytesOf(cursor).toString();
}

function bytesOf({ bytes, start, end }: FileCursor): Buffer {
  return Buffer.from(bytes.subarray(start, end));
}
