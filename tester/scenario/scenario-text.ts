/**
 * A scenario file as YAML with places: finds its documents, hands out their parts as the types that
 * are expected there, and collects what is wrong, each with line, column and what was expected.
 * Nothing that stands in a file makes it throw. Null always means that
 * something is wrong and has been noted; undefined, that nothing is there.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Node } from 'yaml';
import { closestWord } from '../../src/base/closest-word.js';
import type { Place } from './scenario.js';

/** One `key: value` of a mapping. */
export interface Entry {
  readonly key: string;
  readonly keyNode: Node;
  readonly value: Node;
}

/** Characters of a text that a message repeats. */
const shownCharactersMax = 60;

export class ScenarioText {
  readonly file: string;
  /** The contents of the documents that are YAML; empty documents are left out. */
  readonly documents: readonly Node[];
  readonly #source: string;
  readonly #lines = new LineCounter();
  readonly #problems: { readonly offset: number; readonly text: string }[] = [];

  constructor(file: string, source: string) {
    this.file = file;
    this.#source = source;
    const options = { lineCounter: this.#lines, prettyErrors: false };
    const parsed = parseAllDocuments(source, options);
    const documents = Array.isArray(parsed) ? parsed : [];
    for (const { errors, warnings } of documents) {
      for (const { pos, message } of [...errors, ...warnings]) {
        this.#problems.push({ offset: pos[0], text: `not YAML: ${message}` });
      }
    }
    this.documents = documents
      .filter(({ errors }) => errors.length === 0)
      .flatMap(({ contents }) => (contents === null || isNothing(contents) ? [] : [contents]));
  }

  /** `FILE:LINE:COLUMN: …`, in the order of the file. */
  get problems(): readonly string[] {
    return this.#problems
      .toSorted((one, other) => one.offset - other.offset)
      .map(({ offset, text }) => {
        const { line, col } = this.#lines.linePos(offset);
        return `${this.file}:${Math.max(1, line)}:${Math.max(1, col)}: ${text}`;
      });
  }

  placeOf(node: Node): Place {
    const { line, col } = this.#lines.linePos(node.range?.[0] ?? 0);
    return { file: this.file, line, column: col };
  }

  /** Notes a problem; gives null, so that a reader can return it. */
  problem(node: Node, text: string): null {
    this.#problems.push({ offset: node.range?.[0] ?? 0, text });
    return null;
  }

  /** Notes that `node` is something other than `expected`. */
  refuse(node: Node, expected: string): null {
    return this.problem(node, `found ${describeNode(node)}, expected ${expected}`);
  }

  /** Notes that `word` is none of `known`, and which of them is the closest. */
  unknown(node: Node, word: string, what: string, known: readonly string[]): null {
    const closest = closestWord(word, known);
    const hint = closest === undefined ? '' : `; the closest is "${closest}"`;
    return this.problem(node, `"${clip(word)}" is no ${what}${hint}, expected ${oneOf(known)}`);
  }

  /** The entries of a mapping whose keys are texts. */
  entries(node: Node, expected: string): readonly Entry[] | null {
    if (!isMap<Node, Node | null>(node)) return this.refuse(node, expected);
    return node.items.flatMap(({ key, value }) => {
      if (isScalar(key) && typeof key.value === 'string') {
        return [{ key: key.value, keyNode: key, value: value ?? key }];
      }
      this.refuse(key, 'a word before the colon');
      return [];
    });
  }

  /** The entries of a mapping by their keys, all of which must be in `known`. */
  fields(node: Node, known: readonly string[], what: string): ReadonlyMap<string, Node> | null {
    const entries = this.entries(node, `a mapping with ${oneOf(known, 'and')}`);
    if (entries === null) return null;
    const fields = new Map<string, Node>();
    for (const { key, keyNode, value } of entries) {
      if (known.includes(key)) fields.set(key, value);
      else this.unknown(keyNode, key, what, known);
    }
    return fields;
  }

  items(node: Node, expected: string): readonly Node[] | null {
    if (!isSeq<Node>(node)) return this.refuse(node, expected);
    return node.items;
  }

  /** A text, as one line; numbers count as the text that stands there. */
  words(node: Node, expected: string): string | null {
    if (!isScalar(node)) return this.refuse(node, expected);
    const { value } = node;
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (typeof text !== 'string' || text.trim() === '') return this.refuse(node, expected);
    return text.trim().replaceAll(/\s+/g, ' ');
  }

  /** A whole number from `least` to `most`. */
  integer(node: Node, least: number, most: number): number | null {
    const value = isScalar(node) ? node.value : undefined;
    const fits = typeof value === 'number' && Number.isInteger(value);
    if (fits && value >= least && value <= most) return value;
    return this.refuse(node, `a whole number from ${least} to ${most}`);
  }

  /** What stands in the file from the beginning of `node` to its end, as one line. */
  sourceOf(node: Node): string {
    const [start, end] = node.range ?? [0, 0];
    const bare = this.#source.slice(start, end).replaceAll(/(^|\s)#.*$/gm, '');
    return clip(bare.trim().replaceAll(/\s+/g, ' '));
  }
}

/** True for a value that was left out. */
export function isNothing(node: Node): boolean {
  return isScalar(node) && node.value === null;
}

function clip(text: string): string {
  return text.length <= shownCharactersMax ? text : `${text.slice(0, shownCharactersMax)}…`;
}

function describeNode(node: Node): string {
  if (isAlias(node)) return 'an alias (*), which scenarios do not have';
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  const value = isScalar(node) ? node.value : undefined;
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'string' ? `"${clip(value)}"` : clip(JSON.stringify(value));
}

/** `a, b or c`. */
export function oneOf(words: readonly string[], last = 'or'): string {
  const [first = '', ...others] = words;
  const end = others.pop();
  return end === undefined ? first : `${[first, ...others].join(', ')} ${last} ${end}`;
}
