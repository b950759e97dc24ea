/**
 * Calls, responses and faults as XML text (to be sent as UTF-8). Whatever is written here is read
 * back byte for byte by any XML parser: a CR, which parsers turn into LF, is written as `&#13;`.
 */
import { assert } from '../../base/assert.js';
import { XmlDateTime } from '../xml-value.js';
import type { Fault, XmlDouble, XmlStruct, XmlValue } from '../xml-value.js';

/** A value for which XML-RPC has no form. The message says which. */
export class UnencodableError extends Error {
  override readonly name = 'UnencodableError';
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
const i4Max = 2 ** 31 - 1;
const i4Min = -(2 ** 31);

/** Characters that XML 1.0 cannot carry in any form; lone surrogates are among them. */
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/u;
const allForbidden = new RegExp(forbidden, 'gu');
/** One quick look that clears almost every string. Finds surrogates also where they are paired. */
const suspicious = /[&<>\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/;

/** A call. Throws `UnencodableError`. */
export function encodeCall(methodName: string, params: readonly XmlValue[]): string {
  const head = `${declaration}<methodCall><methodName>${escapeText(methodName)}</methodName>`;
  if (params.length === 0) return `${head}<params/></methodCall>`;
  let text = `${head}<params>`;
  for (const param of params) text += encodeParam(param);
  return `${text}</params></methodCall>`;
}

/**
 * The same in two parts, without the digits of the parameter at this place, which is base64: they
 * stand between the parts. Throws `UnencodableError`.
 */
export function encodeCallAround(
  methodName: string,
  params: readonly XmlValue[],
  at: number,
): { readonly before: string; readonly behind: string } {
  const others = (from: number, to: number): string =>
    params.slice(from, to).reduce((text: string, param) => `${text}${encodeParam(param)}`, '');
  const head = `${declaration}<methodCall><methodName>${escapeText(methodName)}</methodName>`;
  return {
    before: `${head}<params>${others(0, at)}<param><value><base64>`,
    behind: `</base64></value></param>${others(at + 1, params.length)}</params></methodCall>`,
  };
}

function encodeParam(param: XmlValue): string {
  return `<param>${encodeValue(param)}</param>`;
}

/** What stands round the value of a response. */
export const responseStart = `${declaration}<methodResponse><params><param>`;
export const responseEnd = '</param></params></methodResponse>';

/** A response with this value. Throws `UnencodableError`. */
export function encodeResponse(value: XmlValue): string {
  if (value === true) return trueResponse;
  if (value === false) return falseResponse;
  return encodeResponseOf(value);
}

function encodeResponseOf(value: XmlValue): string {
  return `${responseStart}${encodeValue(value)}${responseEnd}`;
}

/** The value in a whole response that has one: a view of these bytes. */
export function valueInResponse(response: Uint8Array): Uint8Array {
  return response.subarray(responseStart.length, response.length - responseEnd.length);
}

/** A fault. Characters that XML cannot carry become U+FFFD: a fault always reaches its caller. */
export function encodeFault(fault: Fault): string {
  const value: XmlStruct = new Map<string, XmlValue>([
    ['faultCode', fault.code],
    ['faultString', fault.text.replace(allForbidden, '\ufffd')],
  ]);
  return `${declaration}<methodResponse><fault>${encodeValue(value)}</fault></methodResponse>`;
}

/** A member of a struct; its name must need no escape. Throws `UnencodableError`. */
export function encodeMember(name: string, value: XmlValue): string {
  return `<member><name>${name}</name>${encodeValue(value)}</member>`;
}

/** What nearly all calls answer. */
const trueResponse = encodeResponseOf(true);
const falseResponse = encodeResponseOf(false);

/** An array or struct that is being written: what is left of it, and how it ends. */
type OpenContainer =
  | { readonly kind: 'array'; readonly items: Iterator<XmlValue>; readonly end: string }
  | {
      readonly kind: 'struct';
      readonly members: Iterator<[string, XmlValue]>;
      readonly end: string;
    };

/** A value as it stands in a call or a response. Throws `UnencodableError`. */
export function encodeValue(root: XmlValue): string {
  const open: OpenContainer[] = [];
  let text = beginValue(root, '', open);
  for (let container = open.at(-1); container !== undefined; container = open.at(-1)) {
    text +=
      container.kind === 'array' ? writeItems(container, open) : writeMembers(container, open);
  }
  return text;
}

/** All of a scalar and `after`; of a container its start, the rest being left on the stack. */
function beginValue(value: XmlValue, after: string, open: OpenContainer[]): string {
  if (Array.isArray(value)) {
    const items = (value as readonly XmlValue[]).values();
    open.push({ kind: 'array', items, end: `</data></array></value>${after}` });
    return '<value><array><data>';
  }
  if (value instanceof Map) {
    const members = (value as XmlStruct).entries();
    open.push({ kind: 'struct', members, end: `</struct></value>${after}` });
    return '<value><struct>';
  }
  return encodeScalar(value as Exclude<XmlValue, readonly XmlValue[] | XmlStruct>) + after;
}

/** Writes items up to and with the first that is itself a container, or all and the end. */
function writeItems(
  container: Extract<OpenContainer, { kind: 'array' }>,
  open: OpenContainer[],
): string {
  const depth = open.length;
  let text = '';
  for (let item = container.items.next(); item.done !== true; item = container.items.next()) {
    text += beginValue(item.value, '', open);
    if (open.length > depth) return text;
  }
  open.pop();
  return text + container.end;
}

function writeMembers(
  container: Extract<OpenContainer, { kind: 'struct' }>,
  open: OpenContainer[],
): string {
  const depth = open.length;
  const { members } = container;
  let text = '';
  for (let member = members.next(); member.done !== true; member = members.next()) {
    const [name, value] = member.value;
    text += `<member><name>${escapeText(name)}</name>${beginValue(value, '</member>', open)}`;
    if (open.length > depth) return text;
  }
  open.pop();
  return text + container.end;
}

function encodeScalar(value: Exclude<XmlValue, readonly XmlValue[] | XmlStruct>): string {
  if (typeof value === 'string') return `<value><string>${escapeText(value)}</string></value>`;
  if (typeof value === 'number' || typeof value === 'bigint') return encodeInteger(value);
  if (typeof value === 'boolean') {
    return value ? '<value><boolean>1</boolean></value>' : '<value><boolean>0</boolean></value>';
  }
  return encodeObject(value);
}

/** An integer, which must fit 64 bits. */
export function encodeInteger(value: number | bigint): string {
  if (typeof value === 'bigint') {
    assert(BigInt.asIntN(64, value) === value, 'an integer fits <i8>');
    return `<value><i8>${value}</i8></value>`;
  }
  assert(Number.isSafeInteger(value), () => `a plain number is a safe integer, not ${value}`);
  if (value >= i4Min && value <= i4Max) return `<value><int>${value}</int></value>`;
  return `<value><i8>${value}</i8></value>`;
}

function encodeObject(value: null | XmlDouble | XmlDateTime | Uint8Array): string {
  if (value === null) return '<value><nil/></value>';
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return `<value><base64>${bytes.toString('base64')}</base64></value>`;
  }
  if (value instanceof XmlDateTime) {
    return `<value><dateTime.iso8601>${escapeText(value.text)}</dateTime.iso8601></value>`;
  }
  if (!Number.isFinite(value.value)) {
    throw new UnencodableError(`XML-RPC has no form for the double ${value.value}`);
  }
  return `<value><double>${value.value}</double></value>`;
}

export function cannotCarry(codePoint: number): UnencodableError {
  const code = codePoint.toString(16).toUpperCase().padStart(4, '0');
  return new UnencodableError(`XML cannot carry the character U+${code}`);
}

function escapeText(text: string): string {
  if (!suspicious.test(text)) return text;
  const match = forbidden.exec(text);
  if (match !== null) throw cannotCarry(match[0].codePointAt(0) ?? 0);
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}
