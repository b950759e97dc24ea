/**
 * A call that carries a block, written while it is sent: as base64 in a text, a block would stand
 * in memory three times. The pieces joined are exactly what `encodeCall` writes.
 */
import type { XmlValue } from '../xml-value.js';
import { encodeCallAround } from './encode.js';

/** Bytes that become a piece of base64: a multiple of 3, so that pieces join. */
const encodedAtATime = 48 * 1024;

/**
 * The call in pieces, if one of its parameters has many bytes; undefined for all others. Throws
 * `UnencodableError`.
 */
export function callPieces(
  methodName: string,
  params: readonly XmlValue[],
): CallPieces | undefined {
  const at = params.findIndex(
    (param) => param instanceof Uint8Array && param.length > encodedAtATime,
  );
  const block = params[at];
  if (!(block instanceof Uint8Array)) return undefined;
  const { before, behind } = encodeCallAround(methodName, params, at);
  return new CallPieces(Buffer.from(before), block, Buffer.from(behind));
}

export class CallPieces {
  /** Of all pieces together. */
  readonly bytes: number;
  readonly #behind: Buffer;
  #before: Buffer | undefined;
  #block: Buffer | undefined;
  #at = 0;

  constructor(before: Buffer, block: Uint8Array, behind: Buffer) {
    this.#before = before;
    this.#block = Buffer.from(block.buffer, block.byteOffset, block.length);
    this.#behind = behind;
    this.bytes = before.length + Math.ceil(block.length / 3) * 4 + behind.length;
  }

  /** The next piece; undefined when there are no more. */
  next(): Uint8Array | undefined {
    const before = this.#before;
    this.#before = undefined;
    if (before !== undefined) return before;
    const block = this.#block;
    if (block === undefined) return undefined;
    if (this.#at >= block.length) {
      this.#block = undefined;
      return this.#behind;
    }
    const digits = block.toString('base64', this.#at, this.#at + encodedAtATime);
    this.#at += encodedAtATime;
    return Buffer.from(digits, 'latin1');
  }
}
