/**
 * File infos from the values that a server answers. What does not have the promised shape is an
 * `UnexpectedAnswer`, never a guess.
 */
import type { XmlValue } from '../rpc/xml-value.js';
import { UnexpectedAnswer } from './client-errors.js';

/** One item of a hash list, exactly as it was given. */
export type HashItem = string | number | bigint;

/** A file as the cluster knows it; a deletion has the hash list `["0"]` or `[0]`. */
export interface FileInfo {
  /** 0 for a file that was never seen. */
  readonly version: number;
  readonly hashlist: readonly HashItem[];
}

/** Files in the order of their names' code points. */
export interface FileInfoPage {
  readonly files: readonly (FileInfo & { readonly name: string })[];
  /** True when there are files behind the last of these. */
  readonly more: boolean;
}

/** A version of a file that is kept. */
export interface KeptVersion extends FileInfo {
  /** When it was made, by the clock of who led then: ms since 1970, 0 when that is not known. */
  readonly timeMs: number;
}

export type NamedVersion = KeptVersion & { readonly name: string };

/** Versions of files in the order of the names' code points, the newest of a file first. */
export interface VersionsPage {
  readonly versions: readonly NamedVersion[];
  /** True when there may be versions behind the last of these. */
  readonly more: boolean;
}

/** The answer of `getfileinfo`. */
export function toFileInfo(value: XmlValue): FileInfo {
  if (!isList(value) || value.length !== 2) throw unexpected('[version, hashlist]', value);
  const [version = null, hashlist = null] = value;
  return fileInfoOf(version, hashlist);
}

/** The answer of `getfileinfomap`. */
export function toFileInfoMap(value: XmlValue): Map<string, FileInfo> {
  if (!(value instanceof Map)) throw unexpected('a struct of files', value);
  const files = new Map<string, FileInfo>();
  for (const [name, info] of value as ReadonlyMap<string, XmlValue>) {
    files.set(name, toFileInfo(info));
  }
  return files;
}

/** The answer of `getfileinfopage`. */
export function toFileInfoPage(value: XmlValue): FileInfoPage {
  const files = value instanceof Map ? (value.get('files') as XmlValue | undefined) : undefined;
  const more = value instanceof Map ? (value.get('more') as XmlValue | undefined) : undefined;
  if (files === undefined || !isList(files) || typeof more !== 'boolean') {
    throw unexpected('{files, more}', value);
  }
  return { files: files.map(toNamedFileInfo), more };
}

/** The answer of `getfileversions`. */
export function toKeptVersions(value: XmlValue): readonly KeptVersion[] {
  if (!isList(value)) throw unexpected('a list of versions', value);
  return value.map((item) => {
    if (!(item instanceof Map)) throw unexpected('{version, time, hashlist}', item);
    const members = item as ReadonlyMap<string, XmlValue>;
    const part = (name: string): XmlValue => members.get(name) ?? null;
    return keptVersionOf(part('version'), part('time'), part('hashlist'));
  });
}

/** The answer of `getversionspage`. */
export function toVersionsPage(value: XmlValue): VersionsPage {
  const members = value instanceof Map ? (value as ReadonlyMap<string, XmlValue>) : undefined;
  const versions = members?.get('versions');
  const more = members?.get('more');
  if (versions === undefined || !isList(versions) || typeof more !== 'boolean') {
    throw unexpected('{versions, more}', value);
  }
  return { versions: versions.map(toNamedVersion), more };
}

function toNamedVersion(value: XmlValue): NamedVersion {
  if (!isList(value) || value.length !== 4) {
    throw unexpected('[name, version, time, hashlist]', value);
  }
  const [name = null, version = null, time = null, hashlist = null] = value;
  if (typeof name !== 'string') throw unexpected('a file name', name);
  return { name, ...keptVersionOf(version, time, hashlist) };
}

function keptVersionOf(version: XmlValue, time: XmlValue, hashlist: XmlValue): KeptVersion {
  if (typeof time !== 'number') throw unexpected('a time', time);
  return { ...fileInfoOf(version, hashlist), timeMs: time };
}

function toNamedFileInfo(value: XmlValue): FileInfo & { readonly name: string } {
  if (!isList(value) || value.length !== 3) throw unexpected('[name, version, hashlist]', value);
  const [name = null, version = null, hashlist = null] = value;
  if (typeof name !== 'string') throw unexpected('a file name', name);
  return { name, ...fileInfoOf(version, hashlist) };
}

function fileInfoOf(version: XmlValue, hashlist: XmlValue): FileInfo {
  if (typeof version !== 'number') throw unexpected('a version', version);
  if (!isList(hashlist) || !hashlist.every(isHashItem)) {
    throw unexpected('a list of hashes', hashlist);
  }
  return { version, hashlist };
}

function isHashItem(value: XmlValue): value is HashItem {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

function unexpected(expected: string, value: XmlValue): UnexpectedAnswer {
  return new UnexpectedAnswer(`the server answered ${typeof value} where ${expected} was expected`);
}
