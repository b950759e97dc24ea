/**
 * The values of XML-RPC as this project holds them. Each XML type has its own JavaScript type, so
 * that a double can never pass for an int, nor a struct member reach an object's prototype.
 */
import type { ReceivedArguments } from '../files/received-update.js';
import type { PeerMessage } from '../replica/peer-transport.js';

/** `<double>`: boxed, because 1.0 and 1 are different types on the wire. */
export class XmlDouble {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** `<dateTime.iso8601>`, as text: XML-RPC gives it no time zone. */
export class XmlDateTime {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `<struct>`; insertion order is kept. */
export type XmlStruct = ReadonlyMap<string, XmlValue>;

export type XmlValue =
  /** `<nil/>` */
  | null
  | boolean
  /** `<i4>`, `<int>`, `<i8>`: always an integer; `bigint` only where a number would lose digits. */
  | number
  | bigint
  | string
  | XmlDouble
  | XmlDateTime
  /** `<base64>` */
  | Uint8Array
  | readonly XmlValue[]
  | XmlStruct;

/** What went wrong, as the caller sees it (contract, section 3). */
export interface Fault {
  readonly code: number;
  readonly text: string;
}

/** What the arguments of a call say, where they were read along with its document. */
export type ReadArguments =
  | { readonly kind: 'message'; readonly message: PeerMessage }
  | { readonly kind: 'update'; readonly update: ReceivedArguments };

/** One method call. */
export interface XmlCall {
  readonly methodName: string;
  readonly params: readonly XmlValue[];
  /** Instead of `params`, which are empty then. */
  readonly read?: ReadArguments;
}
