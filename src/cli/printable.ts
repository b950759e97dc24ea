/** A text from elsewhere on its way to a terminal: nothing in it may command the terminal. */

/** The text with its control characters written out, as `\x1b`. */
export function printable(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return `\\x${code.padStart(2, '0')}`;
  });
}
