/**
 * Reads the fields of one JSON object and notes what is wrong with them. A key is known once it has
 * been asked for; what nobody asked for is refused at the end, with the closest known key.
 */
import { closestWord } from '../../base/closest-word.js';
import type { JsonMember, JsonNode, Place } from './read-json.js';

export interface FieldMistake {
  readonly place: Place;
  readonly text: string;
}

const shownCharactersMax = 60;

export class FieldReader {
  readonly mistakes: FieldMistake[];
  readonly #path: string;
  readonly #place: Place;
  readonly #members: readonly JsonMember[];
  readonly #asked: string[] = [];

  private constructor(
    path: string,
    node: JsonNode & { readonly kind: 'object' },
    mistakes: FieldMistake[],
  ) {
    this.#path = path;
    this.#place = node;
    this.#members = node.members;
    this.mistakes = mistakes;
  }

  /** `path` is empty for the whole text. Undefined, and a mistake, for what is no object. */
  static of(node: JsonNode, path: string, mistakes: FieldMistake[]): FieldReader | undefined {
    if (node.kind === 'object') return new FieldReader(path, node, mistakes);
    const what = path === '' ? 'the text' : path;
    mistakes.push({ place: node, text: `${what} is ${shownNode(node)}; expected an object {…}` });
    return undefined;
  }

  has(key: string): boolean {
    return this.#members.some((member) => member.key === key);
  }

  keys(): readonly string[] {
    return this.#members.map(({ key }) => key);
  }

  text(key: string, expected: string): string | undefined {
    const node = this.#find(key);
    if (node === undefined) return undefined;
    if (node.kind === 'string' && node.value.trim() !== '' && !node.value.includes('\0')) {
      return node.value;
    }
    this.#refuse(key, node, expected);
    return undefined;
  }

  wholeNumber(
    key: string,
    { min, max }: { readonly min: number; readonly max: number },
  ): number | undefined {
    const node = this.#find(key);
    if (node === undefined) return undefined;
    if (node.kind === 'number' && Number.isInteger(node.value)) {
      if (node.value >= min && node.value <= max) return node.value;
    }
    this.#refuse(key, node, `a whole number from ${min} to ${max}`);
    return undefined;
  }

  flag(key: string): boolean | undefined {
    const node = this.#find(key);
    if (node === undefined) return undefined;
    if (node.kind === 'boolean') return node.value;
    this.#refuse(key, node, 'true or false');
    return undefined;
  }

  list(key: string, expected: string): readonly JsonNode[] | undefined {
    const node = this.#find(key);
    if (node === undefined) return undefined;
    if (node.kind === 'array') return node.items;
    this.#refuse(key, node, expected);
    return undefined;
  }

  /** The reader of an object within this one. */
  within(key: string): FieldReader | undefined {
    const node = this.#find(key);
    return node === undefined ? undefined : FieldReader.of(node, this.#pathOf(key), this.mistakes);
  }

  demand(key: string): void {
    if (!this.has(key)) this.complain(`"${key}" is missing; expected it`);
  }

  complain(problem: string): void {
    const where = this.#path === '' ? '' : `${this.#path}: `;
    this.mistakes.push({ place: this.#place, text: `${where}${problem}` });
  }

  complainOf(key: string, problem: string): void {
    const place = this.#members.find((member) => member.key === key) ?? this.#place;
    this.mistakes.push({ place, text: `${this.#pathOf(key)} ${problem}` });
  }

  /** Refuses the keys that nobody asked for. */
  refuseOthers(): void {
    for (const { key } of this.#members) {
      if (this.#asked.includes(key)) continue;
      const closest = closestWord(key, this.#asked) ?? '';
      this.complainOf(key, `is unknown (${closest}?); expected ${this.#asked.join(', ')}`);
    }
  }

  #find(key: string): JsonNode | undefined {
    this.#asked.push(key);
    return this.#members.find((member) => member.key === key)?.value;
  }

  #refuse(key: string, node: JsonNode, expected: string): void {
    const text = `${this.#pathOf(key)} is ${shownNode(node)}; expected ${expected}`;
    this.mistakes.push({ place: node, text });
  }

  #pathOf(key: string): string {
    const isPlain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key);
    if (!isPlain) return `${this.#path}[${shorten(JSON.stringify(key))}]`;
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

function shownNode(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return 'an object';
    case 'array':
      return 'a list';
    case 'null':
      return 'null';
    default:
      return shorten(JSON.stringify(node.value));
  }
}

function shorten(text: string): string {
  return text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text;
}
