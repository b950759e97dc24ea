/** The value of the header Date, made once a second. */
export class HttpDate {
  #text = '';
  #second = 0;

  now(): string {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(second * 1_000).toUTCString();
    }
    return this.#text;
  }
}
