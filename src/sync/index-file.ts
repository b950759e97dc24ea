/**
 * The text of index.txt, the state of a folder after its last sync: `NAME,VERSION,HASHES` a line,
 * or `NAME VERSION HASHES` (contract, section 12). People and other programs write it, too: a line
 * that fits neither form is a mistake with its number, never a guess.
 *
 * Read from the right, each line has one reading, whatever the name holds: a version has at most
 * 16 digits and so is no hash, and it is neither `0` nor `-1`. In the comma form, what stands
 * behind the last comma is hashes alone; in the other a version stands in front of them, behind
 * every comma. Therefore every name without control characters comes back from both forms, also
 * one that looks like a line of an index. Programs that split the space form from the left cannot
 * read names with spaces in it.
 */
import { assert, unreachable } from '../base/assert.js';
import { isBlockHash, type BlockHash } from '../blocks/block-hash.js';
import { compareNames } from './compare-names.js';
import type { FileState } from './plan.js';

export type ParsedIndex =
  | { readonly kind: 'index'; readonly files: Map<string, FileState> }
  /** The first line, counted from 1, that is wrong, and what is wrong with it. */
  | { readonly kind: 'mistake'; readonly line: number; readonly text: string };

/** How a line is written. Both are read. */
export type IndexForm = 'comma' | 'space';

interface IndexLine {
  readonly name: string;
  readonly state: FileState;
}

const deletedWord = '0';
const emptyWord = '-1';

/** An editor may put it in front of everything; it is no part of the first name. */
const byteOrderMark = '\uFEFF';

/**
 * Names are not judged here, but for control characters: they are to go through the rule for
 * names from the cluster.
 */
export function parseIndex(text: string): ParsedIndex {
  const files = new Map<string, FileState>();
  const lineOf = new Map<string, number>();
  const content = text.startsWith(byteOrderMark) ? text.slice(1) : text;
  for (const [index, raw] of content.split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.trim() === '') continue;
    const number = index + 1;
    const parsed = parseCommaLine(line) ?? parseSpaceLine(line);
    if (parsed === undefined || /\p{Control}/u.test(parsed.name)) {
      return { kind: 'mistake', line: number, text: misfit(line) };
    }
    const earlier = lineOf.get(parsed.name);
    if (earlier !== undefined) {
      const again = `${shown(parsed.name)} again, after line ${earlier}`;
      return { kind: 'mistake', line: number, text: `${again}; expected each name once` };
    }
    files.set(parsed.name, parsed.state);
    lineOf.set(parsed.name, number);
  }
  return { kind: 'index', files };
}

/** In the order of the names, so that equal states give equal texts. `parseIndex` undoes it. */
export function formatIndex(files: ReadonlyMap<string, FileState>, form: IndexForm): string {
  const lines = [...files]
    .sort(([a], [b]) => compareNames(a, b))
    .map(([name, state]) => `${formatLine(name, state, form)}\n`);
  const text = lines.join('');
  // One mark is taken for an editor's; the second is the name's own.
  return text.startsWith(byteOrderMark) ? byteOrderMark + text : text;
}

function formatLine(name: string, state: FileState, form: IndexForm): string {
  assert(name !== '' && !/\p{Control}/u.test(name), 'a name in an index fits on its line');
  const words = state.kind === 'deleted' ? deletedWord : state.blocks.join(' ');
  switch (form) {
    case 'comma':
      return `${name},${state.version},${words}`;
    case 'space':
      return words === '' ? `${name} ${state.version}` : `${name} ${state.version} ${words}`;
    default:
      return unreachable(form);
  }
}

function parseCommaLine(line: string): IndexLine | undefined {
  const second = line.lastIndexOf(',');
  const first = line.lastIndexOf(',', second - 1);
  // Also when there is no second comma, or nothing in front of the first.
  if (first < 1) return undefined;
  const words = withoutFinalSpace(line.slice(second + 1));
  const hashes = words === '' ? [] : words.split(' ');
  const state = toState(line.slice(first + 1, second), hashes);
  return state === undefined ? undefined : { name: line.slice(0, first), state };
}

function parseSpaceLine(line: string): IndexLine | undefined {
  const hashes: string[] = [];
  let rest = withoutFinalSpace(line);
  for (;;) {
    const space = rest.lastIndexOf(' ');
    if (space < 1) return undefined;
    const word = rest.slice(space + 1);
    rest = rest.slice(0, space);
    if (isBlockHash(word) || word === deletedWord || word === emptyWord) {
      hashes.push(word);
      continue;
    }
    const state = toState(word, hashes.reverse());
    return state === undefined ? undefined : { name: rest, state };
  }
}

/** `0` and `-1` stand alone, for a deletion and for an empty file. */
function toState(digits: string, words: readonly string[]): FileState | undefined {
  const version = Number(digits);
  if (!/^[1-9]\d*$/.test(digits) || !Number.isSafeInteger(version)) return undefined;
  if (words.length === 1 && words[0] === deletedWord) return { kind: 'deleted', version };
  const isEmpty = words.length === 1 && words[0] === emptyWord;
  const blocks: readonly string[] = isEmpty ? [] : words;
  return areHashes(blocks) ? { kind: 'file', version, blocks } : undefined;
}

function areHashes(words: readonly string[]): words is readonly BlockHash[] {
  return words.every(isBlockHash);
}

function withoutFinalSpace(text: string): string {
  return text.endsWith(' ') ? text.slice(0, -1) : text;
}

function misfit(line: string): string {
  const expected = 'expected NAME,VERSION,HASHES with a version from 1 and hashes of 64 digits';
  return `${shown(line)} is no line of an index; ${expected} 0-9a-f, or 0 for a deleted file`;
}

/** Text of the file as a message can show it: quoted, printable, and short. */
function shown(text: string): string {
  const shownCharactersMax = 60;
  const isLong = text.length > shownCharactersMax;
  return JSON.stringify(isLong ? `${text.slice(0, shownCharactersMax)}…` : text);
}
