/** A text from elsewhere on its way to a terminal: nothing in it may command the terminal. */

const shortForms: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** The text with its control characters written out, as `\n` or `\x1b`. */
export function printable(text: string): string {
  return text.replace(/\p{Control}/gu, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return shortForms[character] ?? `\\x${code.padStart(2, '0')}`;
  });
}
