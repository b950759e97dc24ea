/**
 * Text of a configuration file in, a cluster out, or every mistake with its line and with what was
 * expected instead. Reads in two passes: lines into entries, each checked by itself, then what
 * holds between entries (check-entries.ts).
 */
import { closestWord } from '../base/closest-word.js';
import { unreachable } from '../base/assert.js';
import { checkEntries } from './check-entries.js';
import type { ClusterConfig } from './cluster-config.js';
import {
  serverWords,
  type AddressEntry,
  type Entries,
  type Mistake,
  type NumberEntry,
  type ServerWord,
} from './entries.js';
import { parseAddress, shown } from './parse-address.js';

export type ParsedConfig =
  | { readonly kind: 'ok'; readonly config: ClusterConfig }
  /** `FILE:LINE: what is wrong; expected …`, in order of lines, never empty. */
  | { readonly kind: 'error'; readonly errors: readonly string[] };

/** More mistakes than this are counted, not listed. */
const listedMistakesMax = 20;

/** No label is longer; the search for its digits stops here. */
const labelCharactersMax = 64;

const serversMax = 99;
const knownKeys = ['M', 'metadata', 'block', 'copies'] as const;
type Key = (typeof knownKeys)[number];

/** `fileName` only stands in messages. */
export function parseClusterConfig(text: string, fileName: string): ParsedConfig {
  const entries = readEntries(text);
  const checked = checkEntries(entries);
  if (checked.kind === 'ok') return checked;
  const mistakes = [...checked.mistakes].sort((a, b) => a.line - b.line);
  const errors = mistakes
    .slice(0, listedMistakesMax)
    .map(({ line, text: problem }) => `${fileName}:${line}: ${problem}`);
  const hidden = mistakes.slice(listedMistakesMax);
  if (hidden[0] !== undefined) {
    errors.push(`${fileName}:${hidden[0].line}: … and ${hidden.length} more mistakes from here on`);
  }
  return { kind: 'error', errors };
}

interface Draft {
  serverCount: NumberEntry | undefined;
  copies: NumberEntry | undefined;
  readonly servers: AddressEntry[];
  readonly blocks: AddressEntry[];
  readonly mistakes: Mistake[];
}

function readEntries(text: string): Entries {
  const draft: Draft = {
    serverCount: undefined,
    copies: undefined,
    servers: [],
    blocks: [],
    mistakes: [],
  };
  let isFirst = true;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = raw.replace(/#.*$/s, '').trim();
    if (content === '') continue;
    const line = index + 1;
    for (const problem of readEntry(draft, content, line, isFirst)) {
      draft.mistakes.push({ line, text: problem });
    }
    isFirst = false;
  }
  return draft;
}

/** Adds one entry to the draft; says what is wrong with it. */
function readEntry(
  draft: Draft,
  content: string,
  line: number,
  isFirst: boolean,
): readonly string[] {
  const colon = content.indexOf(':');
  if (colon < 0) return [`${shown(content)} has no colon; expected "<key>: <value>"`];
  const label = content.slice(0, colon).trimEnd();
  const value = content.slice(colon + 1).trimStart();
  const { key, digits } = splitLabel(label);
  if (key === undefined) return [unknownKey(label)];
  const problem = addEntry(draft, key, { label, digits, value, line });
  const tooEarly =
    isFirst && key !== 'M' ? [`${label} before M; expected "M: <number of servers>" first`] : [];
  return problem === undefined ? tooEarly : [...tooEarly, problem];
}

function addEntry(draft: Draft, key: Key, entry: LabelledValue): string | undefined {
  const { digits, value, line } = entry;
  switch (key) {
    case 'M':
      if (draft.serverCount !== undefined) return repeated('M', draft.serverCount.line);
      draft.serverCount = { line, value: readNumber(value) };
      return draft.serverCount.value === undefined
        ? `M is ${shown(value)}; expected a number of servers from 1 to ${serversMax}`
        : undefined;
    case 'copies':
      if (draft.copies !== undefined) return repeated('copies', draft.copies.line);
      draft.copies = { line, value: readNumber(value) };
      return draft.copies.value === undefined
        ? `copies is ${shown(value)}; expected a number from 1 to the number of block stores`
        : undefined;
    case 'metadata':
      return addAddress(draft.servers, entry);
    case 'block':
      return addAddress(draft.blocks, { ...entry, digits: digits === '' ? '0' : digits });
    default:
      return unreachable(key);
  }
}

interface LabelledValue {
  readonly label: string;
  readonly digits: string;
  readonly value: string;
  readonly line: number;
}

function addAddress(
  entries: AddressEntry[],
  { label, digits, value, line }: LabelledValue,
): string | undefined {
  if (!/^(0|[1-9]\d?)$/.test(digits)) {
    const example = label.startsWith('block') ? 'block0' : 'metadata0';
    return `${shown(label)} lacks a plain number from 0 to 98; expected something like ${example}`;
  }
  const index = Number(digits);
  const earlier = entries.find((entry) => entry.index === index);
  if (earlier !== undefined) return repeated(label, earlier.line);
  const { place, words } = splitWords(value);
  const parsed = parseAddress(place);
  const address = parsed.kind === 'ok' ? parsed.address : undefined;
  const known = words.flatMap((word) => serverWords.find((each) => each === word) ?? []);
  entries.push({ label, index, line, address, words: label.startsWith('block') ? [] : known });
  if (parsed.kind === 'error') return `${label}: ${parsed.problem}`;
  const problem = findWrongWord(label, words, known);
  return problem === undefined ? undefined : `${label}: ${problem}`;
}

/** An address and the words behind it; all of it is the address when it does not begin with one. */
function splitWords(value: string): { readonly place: string; readonly words: readonly string[] } {
  const [place = '', ...words] = value.split(/\s+/);
  const isAddress = parseAddress(place).kind === 'ok';
  return isAddress ? { place, words } : { place: value, words: [] };
}

function findWrongWord(
  label: string,
  words: readonly string[],
  known: readonly ServerWord[],
): string | undefined {
  const [first] = words;
  if (first !== undefined && label.startsWith('block')) {
    return `${shown(first)} behind the address; expected nothing there for a block store`;
  }
  const unknown = words.find((word) => !serverWords.some((each) => each === word));
  if (unknown !== undefined) {
    const closest = closestWord(unknown, serverWords) ?? '';
    const expected = `expected nothing, ${serverWords.join(' or ')} behind the address`;
    return `unknown word ${shown(unknown)} (${closest}?); ${expected}`;
  }
  const twice = known.find((word, at) => known.indexOf(word) !== at);
  return twice === undefined ? undefined : `${twice} stands there twice; expected it once`;
}

/** `metadata` and `12` of `metadata12`; no key for what is not known or takes no number. */
function splitLabel(label: string): { readonly key: Key | undefined; readonly digits: string } {
  const { stem, digits } = splitDigits(label);
  const key = knownKeys.find((known) => known === stem);
  const takesNumber = key === 'metadata' || key === 'block';
  return { key: digits !== '' && !takesNumber ? undefined : key, digits };
}

function splitDigits(label: string): { readonly stem: string; readonly digits: string } {
  const digits = /\d*$/.exec(label.slice(0, labelCharactersMax))?.[0] ?? '';
  return { stem: label.slice(0, label.length - digits.length), digits };
}

function unknownKey(label: string): string {
  const { stem, digits } = splitDigits(label);
  const closest = closestWord(stem, knownKeys) ?? '';
  const takesNumber = closest === 'metadata' || closest === 'block';
  const meant = takesNumber ? `${closest}${digits === '' ? '<i>' : digits}` : closest;
  return `unknown key ${shown(label)} (${meant}?); expected M, metadata<i>, block<i> or copies`;
}

function repeated(label: string, earlierLine: number): string {
  return `${label} again, after line ${earlierLine}; expected it once`;
}

/** 1 … 99, without signs or leading zeros. */
function readNumber(text: string): number | undefined {
  return /^[1-9]\d?$/.test(text) ? Number(text) : undefined;
}
