/**
 * Text that stands as UTF-8 into XML text, bytes to bytes: what needs no care is copied and never
 * becomes a string. The characters are those of `escapeText` in encode.ts.
 */
import { cannotCarry } from './encode.js';

/** A byte becomes at most so many. */
export const escapedBytesMax = 5;

/** U+FFFE and U+FFFF begin with this; nearly all that begins so is something else. */
const maybeForbiddenLead = 0xef;

const escaped = '&<>\r';
const escapes = ['&amp;', '&lt;', '&gt;', '&#13;'].map((text) => Buffer.from(text));

/** By byte: 0 for one that is written as it is, else the place of its escape, counted from 1. */
export const escapeKinds = Uint8Array.from(
  { length: 256 },
  (_, byte) => escaped.indexOf(String.fromCharCode(byte)) + 1,
);

const unclear = 0xff;
/** The same, and `unclear` for one that may begin a character that XML cannot carry. */
const measuredKinds = escapeKinds.map((kind, byte) => {
  const isControl = byte < 0x20 && !'\t\n\r'.includes(String.fromCharCode(byte));
  return isControl || byte === maybeForbiddenLead ? unclear : kind;
});

/**
 * Bytes of the text from `start` to before `end` once it is escaped. `end` may cut a character, if
 * the rest of it follows. Throws `UnencodableError`.
 */
export function measureEscaped(bytes: Uint8Array, start: number, end: number): number {
  let length = end - start;
  for (let at = start; at < end; at++) {
    const kind = measuredKinds[bytes[at] ?? 0] ?? 0;
    if (kind === 0) continue;
    if (kind === unclear) checkCharacter(bytes, at);
    else length += (escapes[kind - 1]?.length ?? 0) - 1;
  }
  return length;
}

/** Writes the escape of this kind, not 0, at `at` of `target`; returns the place behind. */
export function putEscape(kind: number, target: Uint8Array, at: number): number {
  const escape = escapes[kind - 1];
  if (escape === undefined) return at;
  target.set(escape, at);
  return at + escape.length;
}

function checkCharacter(bytes: Uint8Array, at: number): void {
  const byte = bytes[at] ?? 0;
  if (byte !== maybeForbiddenLead) throw cannotCarry(byte);
  const last = bytes[at + 2] ?? 0;
  if (bytes[at + 1] === 0xbf && last >= 0xbe) throw cannotCarry(0xff00 | (last + 0x40));
}
