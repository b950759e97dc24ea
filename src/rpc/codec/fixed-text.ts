/** Text of ASCII that is looked for in bytes, where documents always have the same words. */

/** Four characters in a word: comparing by words costs a quarter of making a text. */
export interface FixedText {
  readonly text: string;
  readonly words: Int32Array;
  /** What is left behind the last whole word. */
  readonly rest: Uint8Array;
}

export function fixedText(text: string): FixedText {
  const bytes = Buffer.from(text, 'latin1');
  const words = new Int32Array(bytes.length >> 2);
  for (let at = 0; at < words.length; at += 1) words[at] = bytes.readInt32LE(at * 4);
  return { text, words, rest: bytes.subarray(words.length * 4) };
}

/** Whether the text stands in `view` from `start` on. */
export function standsAt({ text, words, rest }: FixedText, view: DataView, start: number): boolean {
  if (start + text.length > view.byteLength) return false;
  let at = start;
  for (let word = 0; word < words.length; word += 1, at += 4) {
    if (view.getInt32(at, true) !== words[word]) return false;
  }
  for (let left = 0; left < rest.length; left += 1, at += 1) {
    if (view.getUint8(at) !== rest[left]) return false;
  }
  return true;
}
