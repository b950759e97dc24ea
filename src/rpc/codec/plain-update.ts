/**
 * The call that matters most, `updatefile`, in the very words of the libraries that most clients
 * have: its bytes are compared with those words, and no text but the name is made, and no tree of
 * values.
 *
 * Promise: what it returns is what `decodeCall` and the parameters of the method would have made of
 * the same bytes. Whatever differs by a character, mistakes included, is left to those.
 */
import { fileNameBytesMax } from '../../base/limits.js';
import type { ReceivedArguments } from '../../files/received-update.js';
import type { XmlCall } from '../xml-value.js';
import { fixedText, standsAt, type FixedText } from './fixed-text.js';

const methodName = 'surfstore.updatefile';

/** What a library writes before, between and behind the arguments of a call. */
interface Layout {
  readonly beforeName: FixedText;
  readonly beforeVersion: FixedText;
  readonly beforeItems: FixedText;
  readonly beforeItem: FixedText;
  readonly behindItem: FixedText;
  readonly behindItems: FixedText;
}

/** Libraries differ in the declaration and in what stands between two tags. */
function layoutOf(declaration: string, gap: string): Layout {
  const start = `${declaration}${gap}<methodCall>${gap}`;
  const nextParam = `</value>${gap}</param>${gap}<param>${gap}<value>`;
  return {
    beforeName: fixedText(
      `${start}<methodName>${methodName}</methodName>${gap}<params>${gap}<param>${gap}` +
        '<value><string>',
    ),
    beforeVersion: fixedText(`</string>${nextParam}<int>`),
    beforeItems: fixedText(`</int>${nextParam}<array><data>${gap}`),
    beforeItem: fixedText('<value><string>'),
    behindItem: fixedText(`</string></value>${gap}`),
    behindItems: fixedText(
      `</data></array></value>${gap}</param>${gap}</params>${gap}</methodCall>${gap}`,
    ),
  };
}

const layouts: readonly Layout[] = [
  // npm's xmlrpc
  layoutOf('<?xml version="1.0"?>', ''),
  // Python's xmlrpc.client
  layoutOf("<?xml version='1.0'?>", '\n'),
  // our own clients
  layoutOf('<?xml version="1.0" encoding="UTF-8"?>', ''),
];

/** Whatever has no more digits is an `<int>`. */
const versionDigitsMax = 9;

const digitZero = 0x30;

/** Bytes that were received along with a call, its head mostly, and are held with it. */
const heldRestBytesMax = 2 * 1024;

/** The bytes that stand for themselves in a text. */
const isPlain = Uint8Array.from({ length: 0x100 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f && !'&<>'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** Reads a whole call, or gives up. The body must never change: what is returned may show it. */
export function readPlainUpdate(body: Uint8Array): XmlCall | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const layout = findLayout(view);
  const update = layout && readArguments(body, view, layout);
  return update && { methodName, params: [], read: { kind: 'update', update } };
}

function findLayout(view: DataView): Layout | undefined {
  for (const layout of layouts) if (standsAt(layout.beforeName, view, 0)) return layout;
  return undefined;
}

/** Of a body that begins as the layout does. */
function readArguments(
  body: Uint8Array,
  view: DataView,
  layout: Layout,
): ReceivedArguments | undefined {
  const nameStart = layout.beforeName.text.length;
  const nameEnd = plainEnd(body, nameStart);
  const nameBytes = nameEnd - nameStart;
  if (nameBytes === 0 || nameBytes > fileNameBytesMax) return undefined;
  if (!standsAt(layout.beforeVersion, view, nameEnd)) return undefined;

  const versionStart = nameEnd + layout.beforeVersion.text.length;
  let at = versionStart;
  let version = 0;
  for (; at - versionStart <= versionDigitsMax; at += 1) {
    const digit = (body[at] ?? 0) - digitZero;
    if (digit < 0 || digit > 9) break;
    version = version * 10 + digit;
  }
  const digits = at - versionStart;
  if (digits === 0 || digits > versionDigitsMax) return undefined;
  if (!standsAt(layout.beforeItems, view, at)) return undefined;
  at += layout.beforeItems.text.length;

  const itemBounds: number[] = [];
  while (standsAt(layout.beforeItem, view, at)) {
    const start = at + layout.beforeItem.text.length;
    const end = plainEnd(body, start);
    if (!standsAt(layout.behindItem, view, end)) return undefined;
    itemBounds.push(start, end);
    at = end + layout.behindItem.text.length;
  }
  if (!standsAt(layout.behindItems, view, at)) return undefined;
  if (at + layout.behindItems.text.length !== body.length) return undefined;
  const name = asciiText(body, nameStart, nameEnd);
  return { name, version, bytes: withoutRest(body), itemBounds };
}

/** Who waits for a majority must not hold what else came along with its call. */
function withoutRest(body: Uint8Array): Uint8Array {
  const restBytes = body.buffer.byteLength - body.length;
  return restBytes > heldRestBytesMax ? new Uint8Array(body) : body;
}

/** Where the plain text that begins at `start` ends. */
function plainEnd(body: Uint8Array, start: number): number {
  let end = start;
  while (end < body.length && isPlain[body[end] ?? 0] === 1) end += 1;
  return end;
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
  return buffer.toString('latin1', start, end);
}
