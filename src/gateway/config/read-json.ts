/**
 * Reads JSON (RFC 8259) and keeps where every value stands, so that what is wrong with a value can
 * be said with its line and column. Stricter than JSON.parse in one thing: a key that comes twice
 * in an object is refused, whichever was meant. Recursion is bounded by `depthMax`.
 */

export interface Place {
  /** Both from 1 on; a column is a UTF-16 unit. */
  readonly line: number;
  readonly column: number;
}

export type JsonNode = Place &
  (
    | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
    | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'null' }
  );

export interface JsonMember extends Place {
  readonly key: string;
  readonly value: JsonNode;
}

/** What is wrong with the text, as a sentence that names what was expected. */
export class JsonMistake extends Error {
  override readonly name = 'JsonMistake';
  readonly place: Place;

  constructor(place: Place, problem: string) {
    super(problem);
    this.place = place;
  }
}

const depthMax = 16;
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const stringPattern = /"(?:[^"\\\p{Cc}]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/uy;
const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/** Throws `JsonMistake`, at the first thing that is wrong. */
export function readJson(text: string): JsonNode {
  const reader = new Reader(text.replace(/^\uFEFF/, ''));
  const node = reader.readValue(0);
  reader.expectEnd();
  return node;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readValue(depth: number): JsonNode {
    this.#skipBlanks();
    const place = this.#place();
    const next = this.#text[this.#at];
    if (depth > depthMax) throw new JsonMistake(place, `nested deeper than ${depthMax} levels`);
    if (next === '{') return { ...place, kind: 'object', members: this.#readMembers(depth) };
    if (next === '[') return { ...place, kind: 'array', items: this.#readItems(depth) };
    if (next === '"') return { ...place, kind: 'string', value: this.#readString() };
    const number = this.#match(numberPattern);
    if (number !== undefined) return { ...place, kind: 'number', value: Number(number) };
    const word = this.#match(/[A-Za-z_]+/y);
    const value = word === undefined ? undefined : words[word];
    if (value === null) return { ...place, kind: 'null' };
    if (value !== undefined) return { ...place, kind: 'boolean', value };
    this.#at -= word?.length ?? 0;
    throw this.#unexpected('a value (text in double quotes, a number, true, false, {…} or […])');
  }

  expectEnd(): void {
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the text');
  }

  #readMembers(depth: number): readonly JsonMember[] {
    const members: JsonMember[] = [];
    this.#readList('}', () => {
      const place = this.#place();
      if (this.#text[this.#at] !== '"') throw this.#unexpected('a key in double quotes');
      const key = this.#readString();
      const earlier = members.find((member) => member.key === key);
      if (earlier !== undefined) {
        const problem = `"${key}" again, after line ${earlier.line}; expected it once`;
        throw new JsonMistake(place, problem);
      }
      this.#skipBlanks();
      if (this.#text[this.#at] !== ':') throw this.#unexpected(`a colon after "${key}"`);
      this.#at += 1;
      members.push({ ...place, key, value: this.readValue(depth + 1) });
    });
    return members;
  }

  #readItems(depth: number): readonly JsonNode[] {
    const items: JsonNode[] = [];
    this.#readList(']', () => items.push(this.readValue(depth + 1)));
    return items;
  }

  /** From the opening bracket to behind the closing one. */
  #readList(close: string, readOne: () => void): void {
    this.#at += 1;
    this.#skipBlanks();
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#skipBlanks();
      readOne();
      this.#skipBlanks();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== close) throw this.#unexpected(`a comma or "${close}"`);
      this.#at += 1;
      if (next === close) return;
    }
  }

  #readString(): string {
    const quoted = this.#match(stringPattern);
    if (quoted === undefined) throw this.#unexpected('text that ends with a double quote');
    return JSON.parse(quoted) as string;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skipBlanks(): void {
    this.#match(/[ \t\r\n]*/y);
  }

  #unexpected(expected: string): JsonMistake {
    const rest = this.#text.slice(this.#at);
    const word = /^(?:[A-Za-z_0-9]{1,20}|[^])/u.exec(rest)?.[0];
    const found = word === undefined ? 'the text ends' : `${JSON.stringify(word)} is unexpected`;
    return new JsonMistake(this.#place(), `${found}; expected ${expected}`);
  }

  #place(): Place {
    const before = this.#text.slice(0, this.#at);
    return {
      line: before.split('\n').length,
      column: this.#at - (before.lastIndexOf('\n') + 1) + 1,
    };
  }
}
