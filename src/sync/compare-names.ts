/**
 * The order of names: that of their code points, which is that of their UTF-8, as in the cluster.
 * The language's own order of texts differs behind U+FFFF, whose code units are surrogates.
 */

/** Negative when `a` comes first, positive when `b` does, 0 when they are the same. */
export function compareNames(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const unitOfA = a.charCodeAt(at);
    const unitOfB = b.charCodeAt(at);
    if (unitOfA !== unitOfB) return rankOf(unitOfA) - rankOf(unitOfB);
  }
  return a.length - b.length;
}

/** Surrogates stand for what comes behind all other code units. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
