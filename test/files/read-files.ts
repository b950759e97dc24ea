/**
 * What a cursor reads, as values: slow, and plain enough to believe.
 */
import type { FileInfo, HashItem, TimedFileInfo } from '../../src/files/file-command.js';
import type { FileCursor } from '../../src/files/file-cursor.js';
import type { FileMap } from '../../src/files/file-map.js';
import type { VersionsPageLimits } from '../../src/files/versions-page.js';
import type { VersionsPlace } from '../../src/files/file-versions.js';

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

/** A version of a file, as values. */
export type NamedVersion = TimedFileInfo & { readonly name: string };

/** The versions of a file that are kept, as `getfileversions` answers them. */
export function versionsOf(map: FileMap, name: string): readonly TimedFileInfo[] {
  const versions = map.viewVersions(name);
  if (versions === undefined) return [];
  return readVersions(versions.read()).map(({ version, timeMs, hashlist }) => {
    return { version, timeMs, hashlist };
  });
}

/** A page as `getversionspage` answers it. */
export function versionsPageOf(
  map: FileMap,
  place: VersionsPlace,
  limits: VersionsPageLimits,
): { readonly versions: readonly NamedVersion[]; readonly more: boolean } {
  const { versions, more } = map.versionsAfter(place, limits);
  return { versions: readVersions(versions.read()), more };
}

function readVersions(cursor: FileCursor): readonly NamedVersion[] {
  const versions: NamedVersion[] = [];
  while (cursor.nextFile()) {
    const name = textOf(cursor);
    const { timeMs } = cursor;
    versions.push({ name, version: Number(cursor.version), timeMs, hashlist: readItems(cursor) });
  }
  return versions;
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
