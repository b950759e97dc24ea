/**
 * Reads a page strictly: every element is closed, nothing stands in a wrong place, and what it is
 * made of can be asked for. No browser is so strict; what passes here is well-formed in all.
 */
import { expect } from 'chai';

export interface ReadPage {
  /** Names of all elements, in order. */
  readonly elements: readonly string[];
  /** Attributes as `element attribute="value"`, unescaped. */
  readonly attributes: readonly string[];
  /** What a reader sees, unescaped; without styles and scripts. */
  readonly text: string;
  /** The texts of script elements, as they are. */
  readonly scripts: readonly string[];
}

const voidElements = new Set(['meta', 'input', 'br']);
const tagPattern = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?)>/y;
const rawElements = new Set(['script', 'style']);

export function readPage(page: string): ReadPage {
  expect(page.startsWith('<!doctype html>\n')).to.equal(true);
  const found = {
    elements: [] as string[],
    attributes: [] as string[],
    text: '',
    scripts: [] as string[],
  };
  const open: string[] = [];
  let at = '<!doctype html>\n'.length;
  while (at < page.length) {
    if (page[at] !== '<') {
      const end = page.indexOf('<', at) === -1 ? page.length : page.indexOf('<', at);
      found.text += unescape(page.slice(at, end));
      at = end;
      continue;
    }
    tagPattern.lastIndex = at;
    const tag = tagPattern.exec(page);
    if (tag === null) expect.fail(`no tag: ${page.slice(at, at + 80)}`);
    const [whole, closing, name = '', attributes = '', selfClosing] = tag;
    at += whole.length;
    if (closing === '/') {
      expect(open.pop(), `closed at ${at}`).to.equal(name);
      continue;
    }
    found.elements.push(name);
    found.attributes.push(...attributesOf(name, attributes));
    if (rawElements.has(name)) {
      const end = page.indexOf(`</${name}>`, at);
      expect(end, `the end of ${name}`).to.be.greaterThan(0);
      if (name === 'script') found.scripts.push(page.slice(at, end));
      at = end + name.length + 3;
    } else if (selfClosing !== '/' && !voidElements.has(name)) {
      open.push(name);
    }
  }
  expect(open, 'elements that are never closed').to.deep.equal([]);
  return found;
}

function attributesOf(element: string, text: string): readonly string[] {
  const found = [...text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)];
  return found.map(([, name = '', value = '']) => `${element} ${name}="${unescape(value)}"`);
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

function unescape(text: string): string {
  return text.replaceAll(/&[#\w]*;?/g, (entity) => {
    const meant = entities[entity];
    if (meant === undefined) expect.fail(`no entity of ours: ${entity}`);
    return meant;
  });
}
