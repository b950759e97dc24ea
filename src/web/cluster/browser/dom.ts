/** Elements made and changed in few words. Text is always text: no markup is ever read. */

type Child = Node | string;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const svgSpace = 'http://www.w3.org/2000/svg';

export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(svgSpace, tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** Those that are undefined or false are taken away. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
}

/** Changes nothing that is as it should be: what is read aloud is read once. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
