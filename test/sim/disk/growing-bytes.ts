/** Bytes of a file that grow at the end: appending copies them only now and then. */

const firstCapacity = 1024;

export class GrowingBytes {
  #bytes: Uint8Array = new Uint8Array(firstCapacity);
  #size = 0;

  static of(bytes: Uint8Array): GrowingBytes {
    const made = new GrowingBytes();
    made.put(0, bytes);
    return made;
  }

  get size(): number {
    return this.#size;
  }

  /** A view; it changes with the file. */
  view(from = 0, to = this.#size): Uint8Array {
    return this.#bytes.subarray(from, to);
  }

  /** Writes at a place; what lies between the old end and it becomes zeros. */
  put(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      grown.set(this.view());
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, at);
    if (end > this.#size) this.#size = end;
  }

  /** Cuts the file, or fills it with zeros up to the size. */
  resize(size: number): void {
    if (size > this.#size) this.put(size, new Uint8Array());
    else this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }
}
