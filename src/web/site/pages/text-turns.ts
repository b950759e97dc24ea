/**
 * Marks in a text that turn the direction of what follows. In a page `dir="auto"` keeps them in
 * their element; where there are no elements, they would turn what stands around the text.
 */
const turns = /[\u202a-\u202e\u2066-\u2069]/g;

export function withoutTurns(text: string): string {
  return text.replace(turns, '');
}
