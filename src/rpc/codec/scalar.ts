/**
 * The scalars of XML-RPC: from the text of an element to a value. White space around a scalar is
 * allowed, inside it is not, except in base64. Every check takes time linear in the text.
 */
import { unreachable } from '../../base/assert.js';
import { XmlDateTime, XmlDouble } from '../xml-value.js';

export type ScalarType =
  'int' | 'i8' | 'boolean' | 'double' | 'string' | 'base64' | 'dateTime' | 'nil';

type Scalar = null | boolean | number | bigint | string | XmlDouble | XmlDateTime | Uint8Array;

/** A value, or what was expected instead of the text. */
export type ScalarResult =
  | { readonly kind: 'value'; readonly value: Scalar }
  | { readonly kind: 'malformed'; readonly expected: string };

const i4Max = 2 ** 31 - 1;
const i4Min = -(2 ** 31);
const i8Max = 2n ** 63n - 1n;
const i8Min = -(2n ** 63n);

/** The most digits that are an exact number without further looking. */
const exactDigitsMax = 15;
/** The digits of the largest i8. */
const i8DigitsMax = 19;

const integerPattern = /^([+-]?)0*([0-9]+)$/;
const doublePattern = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const datePattern =
  /^\d{4}-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/;

/** Reads the text of an element of this type; base64 is decoded as it comes, see `parseBase64`. */
export function parseScalar(type: Exclude<ScalarType, 'base64'>, text: string): ScalarResult {
  switch (type) {
    case 'string':
      return { kind: 'value', value: text };
    case 'int':
      return parseInteger(trimXmlSpace(text), 'int');
    case 'i8':
      return parseInteger(trimXmlSpace(text), 'i8');
    case 'boolean':
      return parseBoolean(trimXmlSpace(text));
    case 'double':
      return parseDouble(trimXmlSpace(text));
    case 'dateTime':
      return parseDateTime(trimXmlSpace(text));
    case 'nil':
      return isXmlSpace(text) ? { kind: 'value', value: null } : malformed('nothing inside <nil>');
    default:
      return unreachable(type);
  }
}

/** True when there is nothing but white space, as XML defines it. */
export function isXmlSpace(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (!isSpaceCode(text.charCodeAt(at))) return false;
  }
  return true;
}

/** `text` without the white space of XML around it; other Unicode spaces are not white space. */
export function trimXmlSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpaceCode(text.charCodeAt(start))) start += 1;
  while (end > start && isSpaceCode(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** True for the four characters that XML calls white space. */
function isSpaceCode(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function malformed(expected: string): ScalarResult {
  return { kind: 'malformed', expected };
}

function parseInteger(text: string, type: 'int' | 'i8'): ScalarResult {
  const expected =
    type === 'int'
      ? 'an integer from -2147483648 to 2147483647'
      : 'an integer from -9223372036854775808 to 9223372036854775807';
  const match = integerPattern.exec(text);
  if (match === null) return malformed(expected);
  const [, sign = '', digits = ''] = match;
  if (digits.length <= exactDigitsMax) {
    const magnitude = Number(digits);
    const value = sign === '-' && magnitude !== 0 ? -magnitude : magnitude;
    const isInRange = type === 'i8' || (value >= i4Min && value <= i4Max);
    return isInRange ? { kind: 'value', value } : malformed(expected);
  }
  if (type === 'int' || digits.length > i8DigitsMax) return malformed(expected);
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  if (value < i8Min || value > i8Max) return malformed(expected);
  const asNumber = Number(value);
  return { kind: 'value', value: Number.isSafeInteger(asNumber) ? asNumber : value };
}

function parseBoolean(text: string): ScalarResult {
  if (text === '1') return { kind: 'value', value: true };
  if (text === '0') return { kind: 'value', value: false };
  return malformed('0 or 1');
}

function parseDouble(text: string): ScalarResult {
  const value = doublePattern.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) return malformed('a finite decimal number');
  return { kind: 'value', value: new XmlDouble(value) };
}

/** What came of an element of base64. */
export function parseBase64(bytes: Uint8Array | undefined): ScalarResult {
  if (bytes === undefined) return malformed('base64 with padding');
  return { kind: 'value', value: bytes };
}

function parseDateTime(text: string): ScalarResult {
  const match = datePattern.exec(text);
  const expected = 'a date such as 20240131T23:59:59';
  if (match === null) return malformed(expected);
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= 31;
  const isTime = hour <= 24 && minute <= 59 && second <= 60;
  return isDate && isTime ? { kind: 'value', value: new XmlDateTime(text) } : malformed(expected);
}
