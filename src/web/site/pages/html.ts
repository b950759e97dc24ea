/**
 * HTML by a tagged template. Whatever is put in is text and is escaped; only what this tag made
 * itself is taken as markup, and there is no way around it. Right for text between tags and for
 * quoted attributes: never put a value into a script, a style, a comment or a tag's name.
 */
import { assert } from '../../../base/assert.js';
import { escapeHtml } from '../../../base/escape-html.js';

/** Markup that is safe as it stands: made by `html` alone. */
class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** The tag. A value that would stand in an attribute without quotes is a bug. */
  static readonly tag = (strings: TemplateStringsArray, ...values: readonly Content[]): Html => {
    checkTemplate(strings);
    let markup = strings[0] ?? '';
    for (const [index, value] of values.entries()) {
      markup += Html.#markupOf(value) + (strings[index + 1] ?? '');
    }
    return new Html(markup);
  };

  toString(): string {
    return this.#markup;
  }

  static #markupOf(value: Content): string {
    if (value === undefined) return '';
    if (typeof value === 'string') return escapeHtml(value);
    if (typeof value === 'number') return String(value);
    if (value instanceof Html) return value.#markup;
    return value.map((part) => Html.#markupOf(part)).join('');
  }
}

/** What can be put in; undefined is nothing. */
export type Content = string | number | Html | undefined | readonly Content[];

export type { Html };

export const html = Html.tag;

const checked = new WeakSet<TemplateStringsArray>();

function checkTemplate(strings: TemplateStringsArray): void {
  if (checked.has(strings)) return;
  for (const before of strings.slice(0, -1)) {
    assert(!/\s[\w:-]+\s*=\s*$/.test(before), () => `quote the value after: ${before.slice(-40)}`);
  }
  checked.add(strings);
}
