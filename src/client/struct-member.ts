/** Reads answers that are structs: what is none of the right form has no members. */
import type { XmlValue } from '../rpc/xml-value.js';

export function memberOf(value: XmlValue, name: string): XmlValue | undefined {
  return value instanceof Map ? (value as ReadonlyMap<string, XmlValue>).get(name) : undefined;
}
