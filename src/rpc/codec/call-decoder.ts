/**
 * A method call from its bytes, as they arrive or all at once. Every mistake of the client becomes
 * a fault with a text that a person can act on; nothing a client sends makes it throw.
 */
import { callBodyBytesMax, nestedValuesMax } from '../../base/limits.js';
import type { Fault, XmlCall } from '../xml-value.js';
import { decodeDocument, DocumentDecoder } from './document-decoder.js';
import type { CodecLimits, ParsedDocument } from './document-parser.js';

export type DecodedCall =
  | { readonly kind: 'call'; readonly call: XmlCall }
  | { readonly kind: 'fault'; readonly fault: Fault };

const callLimits: CodecLimits = { bytesMax: callBodyBytesMax, nestedValuesMax };

export class CallDecoder {
  readonly #decoder: DocumentDecoder;

  constructor(limits: CodecLimits = callLimits) {
    this.#decoder = new DocumentDecoder('methodCall', limits);
  }

  /** Takes the next bytes. The work is proportional to their number, and none after a mistake. */
  write(chunk: Uint8Array): void {
    this.#decoder.write(chunk);
  }

  /** The call, or the fault to answer with. Must be called once, after the last `write`. */
  end(): DecodedCall {
    return toCall(this.#decoder.end());
  }
}

/** Decodes a body that is there as a whole. */
export function decodeCall(body: Uint8Array, limits: CodecLimits = callLimits): DecodedCall {
  return toCall(decodeDocument('methodCall', body, limits));
}

function toCall(parsed: ParsedDocument): DecodedCall {
  if (parsed.kind === 'fault') return parsed;
  const { methodName, params } = parsed.document;
  return { kind: 'call', call: { methodName, params } };
}
