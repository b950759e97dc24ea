/**
 * Names of conflict copies: `dir/pic.conflict-HHHHHHHH.jpg` keeps what `dir/pic.jpg` was before
 * the cluster's version took its place (contract, section 12). Such names are never synced.
 */
import { assert } from '../base/assert.js';
import { utf8Length } from '../base/utf8.js';
import { isBlockHash } from '../blocks/block-hash.js';
import { partBytesMax, splitName } from './name-parts.js';

/** Of 64 digits; names are told apart by 8, and by more only when 8 are taken. */
const digitsStep = 8;
const digitsMax = 64;

/** In UTF-8. */
const codePointBytesMax = 4;

/** On the last part of a name; a dotfile is all stem, and an extension holds no dot. */
const conflictPattern = /^.+\.conflict-(?:[0-9a-f]{8}){1,8}(?:\.[^.]*)?$/s;

/** Whether it is a name that `conflictNames` gives, whoever made the file. */
export function isConflictName(name: string): boolean {
  return conflictPattern.test(splitName(name).last);
}

/**
 * Where bytes that the file `name` held may be kept, the names to try first in front: with 8, 16 …
 * 64 digits of `sha256`, the SHA-256 of the bytes. One that exists already is to be taken only if
 * it holds the very same bytes, and then nothing needs to be written. When all exist with other
 * bytes, somebody has changed a copy under every name: that is a failure of this file.
 *
 * A part that the digits would make longer than a file system can hold loses the end of its stem.
 */
export function conflictNames(name: string, sha256: string): readonly string[] {
  assert(isBlockHash(sha256), () => `a copy is named by a whole SHA-256, not by ${sha256}`);
  const { folder, last } = splitName(name);
  const names: string[] = [];
  for (let digits = digitsStep; digits <= digitsMax; digits += digitsStep) {
    names.push(folder + withMark(last, `.conflict-${sha256.slice(0, digits)}`));
  }
  return names;
}

function withMark(last: string, mark: string): string {
  const dot = last.lastIndexOf('.');
  const extension = dot > 0 ? last.slice(dot) : '';
  const room = partBytesMax - utf8Length(mark) - utf8Length(extension);
  // So long an extension is none: the mark is in the name whatever happens, and a bit of stem.
  if (room < codePointBytesMax) return shortened(last, partBytesMax - utf8Length(mark)) + mark;
  return shortened(last.slice(0, last.length - extension.length), room) + mark + extension;
}

/** The first code points of the text that fit into so many bytes of UTF-8. */
function shortened(text: string, bytesMax: number): string {
  const points = Array.from(text);
  let bytes = utf8Length(text);
  while (bytes > bytesMax) bytes -= utf8Length(points.pop() ?? '');
  return points.join('');
}
