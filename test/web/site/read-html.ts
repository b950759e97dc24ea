/** Reads a page as a browser does (parse5) and answers what stands in it. */
import { expect } from 'chai';
import { parse, type DefaultTreeAdapterTypes } from 'parse5';

type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.Node;

export interface Found {
  readonly tag: string;
  /** Of everything in it, white space as a browser shows it. */
  readonly text: string;
  readonly rawText: string;
  attribute(name: string): string | undefined;
  all(tag: string, attributes?: Readonly<Record<string, string>>): readonly Found[];
  one(tag: string, attributes?: Readonly<Record<string, string>>): Found;
}

/** Fails when a browser would have to guess: a page of ours has no parse errors. */
export function readHtml(html: string): Found {
  const errors: string[] = [];
  const document = parse(html, {
    onParseError: ({ code, startLine }) => errors.push(`${code} in line ${startLine}`),
  });
  expect(errors).to.deep.equal([]);
  const root = document.childNodes.find((node) => node.nodeName === 'html');
  return found(root as Element);
}

function found(element: Element): Found {
  const attribute = (name: string): string | undefined =>
    element.attrs.find((one) => one.name === name)?.value;
  const all: Found['all'] = (tag, attributes = {}) =>
    elementsIn(element)
      .filter(({ tagName }) => tag === '*' || tagName === tag)
      .map(found)
      .filter((one) =>
        Object.entries(attributes).every(([name, value]) => one.attribute(name) === value),
      );
  const rawText = textIn(element);
  return {
    tag: element.tagName,
    text: rawText.replace(/\s+/g, ' ').trim(),
    rawText,
    attribute,
    all,
    one: (tag, attributes) => {
      const [first, ...others] = all(tag, attributes);
      expect(others, `one ${tag} ${JSON.stringify(attributes)}`).to.have.length(0);
      if (first === undefined) throw new Error(`no ${tag} ${JSON.stringify(attributes)}`);
      return first;
    },
  };
}

function childrenOf(node: Node): readonly Node[] {
  return 'childNodes' in node ? node.childNodes : [];
}

function elementsIn(node: Node): readonly Element[] {
  return childrenOf(node).flatMap((child) =>
    'tagName' in child ? [child, ...elementsIn(child)] : [],
  );
}

function textIn(node: Node): string {
  if (node.nodeName === '#text' && 'value' in node) return node.value;
  return childrenOf(node).map(textIn).join('');
}
