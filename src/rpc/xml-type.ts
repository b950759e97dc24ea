/**
 * The names of XML-RPC's types, as signatures and error texts use them.
 */
import { XmlDateTime, XmlDouble, type XmlStruct, type XmlValue } from './xml-value.js';

export type XmlType =
  | 'nil'
  | 'boolean'
  | 'int'
  | 'string'
  | 'double'
  | 'dateTime.iso8601'
  | 'base64'
  | 'array'
  | 'struct';

/** The type of a value; every width of integer is an `int`. */
export function xmlTypeOf(value: XmlValue): XmlType {
  if (value === null) return 'nil';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number' || typeof value === 'bigint') return 'int';
  if (typeof value === 'string') return 'string';
  if (value instanceof XmlDouble) return 'double';
  if (value instanceof XmlDateTime) return 'dateTime.iso8601';
  if (value instanceof Uint8Array) return 'base64';
  return isXmlArray(value) ? 'array' : 'struct';
}

/** `Array.isArray`, which alone does not narrow to a readonly array. */
export function isXmlArray(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

export function isXmlStruct(value: XmlValue): value is XmlStruct {
  return value instanceof Map;
}

/** "an int", "a string", … for error texts. */
export function describeType(type: XmlType): string {
  return type === 'int' || type === 'array' ? `an ${type}` : `a ${type}`;
}
