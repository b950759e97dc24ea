/**
 * Text of a page that cannot be broken by what is put into it: whatever comes in as a string is
 * escaped, and only markup made here goes in as it is. Servers that are judged are strangers; what
 * they say must stay words.
 */

/** A piece of a page; made by `markup`, or by `trusted` from text of our own. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Part = Markup | string | number | undefined | readonly Part[];

/** A template whose parts are escaped, in elements and in quoted attributes alike. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const pieces = texts.map((text, index) => text + render(parts[index]));
  return new Markup(pieces.join(''));
}

/** Text that is put into the page as it is. Never for anything that came from a server. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** JSON that may stand in a script element: nothing in it can end the element. */
export function scriptJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'string') return escape(visible(part));
  if (typeof part === 'number') return String(part);
  return part.map(render).join('');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * Control characters, lone surrogates and marks that turn the direction of writing, as escapes that
 * can be seen: a page cannot carry the ones, and the others would make it say something else.
 */
const controls = '\\0-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\ud800-\\udfff';
const directions = '\\u061c\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff';
const unseen = new RegExp(`[${controls}${directions}]`, 'gu');

export function visible(text: string): string {
  return text.replace(unseen, (found) => {
    const code = found.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** At most `charactersMax` of it, and how many more there are. */
export function bounded(text: string, charactersMax: number): string {
  const more = text.length - charactersMax;
  return more > 0 ? `${text.slice(0, charactersMax)}… (${more} more characters)` : text;
}
