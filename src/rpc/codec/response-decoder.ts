/**
 * A method response from its bytes, as they arrive or all at once: a value, a fault, or the news
 * that the other side does not speak XML-RPC.
 */
import { nestedValuesMax } from '../../base/limits.js';
import type { Fault, XmlStruct, XmlValue } from '../xml-value.js';
import { DocumentDecoder } from './document-decoder.js';
import type { CodecLimits, ParsedDocument } from './document-parser.js';

export type DecodedResponse =
  | { readonly kind: 'value'; readonly value: XmlValue }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'malformed'; readonly reason: string };

/** A whole file-info map of a million files is some 200 MiB. */
const responseBodyBytesMax = 256 * 1024 * 1024;

const responseLimits: CodecLimits = { bytesMax: responseBodyBytesMax, nestedValuesMax };

export class ResponseDecoder {
  readonly #decoder: DocumentDecoder;

  constructor(limits: Partial<CodecLimits> = {}) {
    this.#decoder = new DocumentDecoder('methodResponse', { ...responseLimits, ...limits });
  }

  /** Takes the next bytes. The work is proportional to their number, and none after a mistake. */
  write(chunk: Uint8Array): void {
    this.#decoder.write(chunk);
  }

  /** The response. Must be called once, after the last `write`. */
  end(): DecodedResponse {
    return toResponse(this.#decoder.end());
  }
}

/** Decodes a body that is there as a whole. */
export function decodeResponse(
  body: Uint8Array,
  limits: Partial<CodecLimits> = {},
): DecodedResponse {
  const decoder = new ResponseDecoder(limits);
  decoder.write(body);
  return decoder.end();
}

function toResponse(parsed: ParsedDocument): DecodedResponse {
  if (parsed.kind === 'fault') return { kind: 'malformed', reason: parsed.fault.text };
  const { params, fault } = parsed.document;
  if (fault !== undefined) return toFault(fault);
  const [value] = params;
  if (value === undefined || params.length > 1) {
    return { kind: 'malformed', reason: `a response has one value, not ${params.length}` };
  }
  return { kind: 'value', value };
}

function toFault(fault: XmlValue): DecodedResponse {
  const members = fault instanceof Map ? (fault as XmlStruct) : undefined;
  const code = members?.get('faultCode');
  const text = members?.get('faultString');
  if (typeof code !== 'number' || typeof text !== 'string') {
    return { kind: 'malformed', reason: 'a fault is a struct of faultCode and faultString' };
  }
  return { kind: 'fault', fault: { code, text } };
}
