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
