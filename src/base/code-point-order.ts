/**
 * The order of texts by code points. JavaScript compares UTF-16 units, which puts characters
 * beyond U+FFFF (surrogates, 0xD800 … 0xDFFF) before U+E000 … U+FFFF; UTF-8 bytes, and most other
 * languages, do not.
 */

const firstSurrogate = 0xd800;
const lastSurrogate = 0xdfff;

/** Negative when `a` comes first, positive when `b` does, 0 when they are equal. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** Surrogates rank above all other units: only they begin a code point beyond U+FFFF. */
function rank(unit: number): number {
  return unit >= firstSurrogate && unit <= lastSurrogate ? unit + 0x10000 : unit;
}
