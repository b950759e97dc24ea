/**
 * One document from its bytes to a call, a response or the fault it deserves: XML's own rules by
 * `saxes`, the grammar by `DocumentReader`, the limits here. It never sees a socket.
 *
 * When a document has several mistakes, the fault is chosen so:
 *  1. A limit (size, nesting, attributes) ends the work at once: -32600.
 *  2. What is not well-formed ends the work at once: -32700, also after a mistake of rank 3 or 4.
 *  3. The first structural mistake: -32600. Everything read is dropped; the rest is only checked
 *     for being well-formed.
 *  4. The first malformed scalar: -32602.
 *
 * Invariant: after the first mistake of rank 1, 2 or 3 nothing of the document is kept.
 */
import { SaxesParser } from 'saxes';
import { assert } from '../../base/assert.js';
import type { Fault } from '../xml-value.js';
import type { Base64Options } from './base64-bytes.js';
import { DocumentReader } from './document-reader.js';
import type { ReadDocument, RootName } from './document-reader.js';
import { faultCode } from './fault-code.js';
import { EncodingError, XmlText } from './xml-text.js';

/** What one document may cost. */
export interface CodecLimits extends Base64Options {
  readonly bytesMax: number;
  /** Values inside values, the outermost included. */
  readonly nestedValuesMax: number;
}

export type ParsedDocument =
  | { readonly kind: 'document'; readonly document: ReadDocument }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** Attributes mean nothing in XML-RPC; some clients declare a namespace or two. */
const attributesMax = 16;
/** A complaint of the XML parser can quote a name of any length. */
const complaintLengthMax = 160;

/** XML 1.0 whatever the declaration says: 1.1 would let control characters in. */
const xmlOptions = { defaultXMLVersion: '1.0', forceXMLVersion: true } as const;

const base64Tag = '<base64>';
const tagStart = 0x3c;

/** Leaves the XML parser in the middle of a piece. Never leaves this file. */
class StopParsing extends Error {
  readonly fault: Fault;
  constructor(code: number, text: string) {
    super(text);
    this.fault = { code, text };
  }
}

export class DocumentParser {
  readonly #limits: CodecLimits;
  readonly #reader: DocumentReader;
  readonly #text = new XmlText();
  /** True right behind the start of a `<base64>`, and in its plain content. */
  #isInBase64 = false;
  /** Undefined once the work has ended. */
  #xml: SaxesParser | undefined;
  #bytes = 0;
  #attributes = 0;
  #fault: Fault | undefined = undefined;

  constructor(root: RootName, limits: CodecLimits) {
    this.#limits = limits;
    const announcedBytes = Math.min(limits.announcedBytes ?? 0, limits.bytesMax);
    this.#reader = new DocumentReader(root, { ...limits, announcedBytes });
    const xml = new SaxesParser(xmlOptions);
    this.#listen(xml);
    this.#xml = xml;
  }

  /** Takes the next bytes; does nothing once the fault is certain. */
  write(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#guarded((xml) => {
      if (this.#bytes > this.#limits.bytesMax) {
        throw tooLarge(this.#limits.bytesMax);
      }
      const at = this.#isInBase64 ? this.#takeBytes(xml, chunk) : 0;
      if (at < chunk.length) this.#feed(xml, this.#text.decode(chunk.subarray(at)));
    });
  }

  /** The answer, once all bytes were written. Must be called once. */
  end(): ParsedDocument {
    this.#guarded((xml) => {
      this.#feed(xml, this.#text.end());
      xml.close();
    });
    this.#xml = undefined;
    const fault = this.#fault ?? this.#mistake();
    if (fault !== undefined) return { kind: 'fault', fault };
    return { kind: 'document', document: this.#reader.document() };
  }

  /**
   * Hands text to the XML parser, except the content of `<base64>`: that can be megabytes, and one
   * native test shows that it contains nothing the XML parser would have to see.
   */
  #feed(xml: SaxesParser, text: string): void {
    let at = 0;
    while (at < text.length) {
      if (this.#isInBase64) at += this.#takeBase64(xml, text, at);
      const tagAt = text.indexOf(base64Tag, at);
      if (tagAt < 0) {
        if (at < text.length) xml.write(text.slice(at));
        this.#isInBase64 &&= at === text.length;
        return;
      }
      const tagEnd = tagAt + base64Tag.length;
      xml.write(text.slice(at, tagEnd - 1));
      // Only when this very character ends a start tag, and not a piece of CDATA that looks like
      // one, does the handler set the flag.
      this.#isInBase64 = false;
      xml.write('>');
      at = tagEnd;
    }
  }

  /** The same as `#takeBase64` for bytes of which nothing has to become text but base64. */
  #takeBytes(xml: SaxesParser, chunk: Uint8Array): number {
    if (this.#text.isHolding) return 0;
    const found = chunk.indexOf(tagStart);
    const end = found < 0 ? chunk.length : found;
    const content = Buffer.from(chunk.buffer, chunk.byteOffset, end).toString('latin1');
    if (!this.#takePlain(xml, content)) return 0;
    this.#isInBase64 = found < 0;
    return end;
  }

  /** The length of the content that was taken past the XML parser. */
  #takeBase64(xml: SaxesParser, text: string, at: number): number {
    const end = text.indexOf('<', at);
    const content = end < 0 ? text.slice(at) : text.slice(at, end);
    const isPlain = this.#takePlain(xml, content);
    this.#isInBase64 = isPlain && end < 0;
    return isPlain ? content.length : 0;
  }

  #takePlain(xml: SaxesParser, content: string): boolean {
    if (!this.#reader.plainBase64(content)) return false;
    let lineAt = 0;
    for (let feed = content.indexOf('\n'); feed >= 0; feed = content.indexOf('\n', lineAt)) {
      xml.line += 1;
      xml.column = 0;
      lineAt = feed + 1;
    }
    xml.column += content.length - lineAt;
    return true;
  }

  #mistake(): Fault | undefined {
    const { structuralMistake, scalarMistake } = this.#reader;
    if (structuralMistake !== undefined) {
      return { code: faultCode.invalidCall, text: `not an XML-RPC call: ${structuralMistake}` };
    }
    if (scalarMistake === undefined) return undefined;
    return { code: faultCode.invalidParams, text: scalarMistake };
  }

  /** Runs a step of the work; a mistake in the document ends it for good. */
  #guarded(step: (xml: SaxesParser) => void): void {
    if (this.#xml === undefined) return;
    try {
      step(this.#xml);
    } catch (error) {
      this.#xml = undefined;
      if (error instanceof StopParsing) {
        this.#fault = error.fault;
      } else if (error instanceof EncodingError) {
        this.#fault = notWellFormed(error.message).fault;
      } else {
        throw error;
      }
    }
  }

  #listen(xml: SaxesParser): void {
    const reader = this.#reader;
    xml.on('opentagstart', () => {
      this.#attributes = 0;
    });
    xml.on('attribute', () => {
      this.#attributes += 1;
      if (this.#attributes > attributesMax) {
        throw overLimit(`an element has more than ${attributesMax} attributes`);
      }
    });
    xml.on('opentag', (tag) => {
      if (reader.open(tag.name) === 'tooDeep') {
        throw overLimit(`more than ${this.#limits.nestedValuesMax} nested values`);
      }
      this.#isInBase64 = tag.name === 'base64';
      if (reader.structuralMistake !== undefined) stopCollectingText(xml);
    });
    xml.on('text', (text) => {
      reader.text(text);
    });
    xml.on('cdata', (text) => {
      reader.text(text);
    });
    xml.on('closetag', () => {
      reader.close();
    });
    xml.on('doctype', () => {
      throw notWellFormed('a DOCTYPE is not accepted');
    });
    xml.on('error', (error) => {
      throw notWellFormed(error.message);
    });
  }
}

/** Spares the XML parser the text of a document that is refused already. */
function stopCollectingText(xml: SaxesParser): void {
  xml.off('text');
  xml.off('cdata');
}

function tooLarge(bytesMax: number): StopParsing {
  return overLimit(`the body is larger than ${bytesMax} bytes`);
}

function overLimit(text: string): StopParsing {
  return new StopParsing(faultCode.invalidCall, `over a limit: ${text}`);
}

function notWellFormed(complaint: string): StopParsing {
  assert(complaint !== '', 'a complaint says something');
  const text = complaint.slice(0, complaintLengthMax);
  return new StopParsing(faultCode.notWellFormed, `not well-formed XML: ${text}`);
}
