/** One line on a terminal that says what is going on; nothing where nobody watches. */

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #isShown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Replaces what was said before. */
  readonly say = (text: string): void => {
    if (!this.#stream.isTTY) return;
    this.#stream.write(`\r\u001b[K${text.slice(0, this.#stream.columns - 1)}`);
    this.#isShown = true;
  };

  /** A line that stays, watched or not. */
  readonly warn = (text: string): void => {
    this.clear();
    this.#stream.write(`${text}\n`);
  };

  clear(): void {
    if (this.#isShown) this.#stream.write('\r\u001b[K');
    this.#isShown = false;
  }
}
