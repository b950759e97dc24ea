/**
 * Decodes one document, choosing the way: a small one is kept until it is whole and then tried the
 * short way; a large one goes through the full parser piece by piece, so that no single step takes
 * long.
 */
import { DocumentParser } from './document-parser.js';
import type { CodecLimits, ParsedDocument } from './document-parser.js';
import type { RootName } from './document-reader.js';
import { readPlainDocument } from './fast-document.js';

/**
 * The largest document that is decoded in one go: some milliseconds of work. A larger one is never
 * held as bytes.
 */
const wholeDocumentBytesMax = 256 * 1024;
/** A document in more pieces is streamed, too: a held piece costs more than its bytes. */
const heldPiecesMax = 64;

/** Decodes a document that is there as a whole. */
export function decodeDocument(
  root: RootName,
  body: Uint8Array,
  limits: CodecLimits,
): ParsedDocument {
  if (body.length <= Math.min(wholeDocumentBytesMax, limits.bytesMax)) {
    const document = readPlainDocument(root, body, limits.nestedValuesMax);
    if (document !== undefined) return { kind: 'document', document };
  }
  const parser = new DocumentParser(root, limits);
  parser.write(body);
  return parser.end();
}

export class DocumentDecoder {
  readonly #root: RootName;
  readonly #limits: CodecLimits;
  /** Pieces of a document that may still turn out small; empty once `#parser` is at work. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #parser: DocumentParser | undefined = undefined;

  constructor(root: RootName, limits: CodecLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  /** Takes the next bytes, which the caller must not change afterwards. */
  write(chunk: Uint8Array): void {
    if (this.#parser !== undefined) {
      this.#parser.write(chunk);
      return;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    const heldBytesMax = Math.min(wholeDocumentBytesMax, this.#limits.bytesMax);
    if (this.#heldBytes > heldBytesMax || this.#held.length > heldPiecesMax) this.#stream();
  }

  /** The answer, once all bytes were written. Must be called once. */
  end(): ParsedDocument {
    if (this.#parser !== undefined) return this.#parser.end();
    const [first] = this.#held;
    const body = this.#held.length === 1 && first ? first : Buffer.concat(this.#held);
    const document = readPlainDocument(this.#root, body, this.#limits.nestedValuesMax);
    if (document !== undefined) return { kind: 'document', document };
    return this.#stream().end();
  }

  /** Hands everything to the full parser. */
  #stream(): DocumentParser {
    const parser = new DocumentParser(this.#root, this.#limits);
    for (const piece of this.#held) parser.write(piece);
    this.#held = [];
    this.#parser = parser;
    return parser;
  }
}
