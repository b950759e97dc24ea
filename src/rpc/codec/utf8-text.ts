/**
 * UTF-8, strictly: overlong forms, surrogates and cut characters are refused, a byte order mark is
 * an ordinary character.
 */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text, or undefined if the bytes are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    // The only complaint that a TextDecoder has about bytes.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
