/** Cuts the bytes of an image, which come in pieces of any size, into blocks of one size. */
export class ImageCutter {
  readonly #blockBytes: number;
  #block: Uint8Array;
  #filled = 0;

  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
    this.#block = new Uint8Array(blockBytes);
  }

  /** Takes in bytes and gives the blocks that they fill. */
  *cut(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length;) {
      const taken = Math.min(this.#blockBytes - this.#filled, bytes.length - at);
      this.#block.set(bytes.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === this.#blockBytes) yield this.#take();
    }
  }

  /** The last, shorter block; undefined when the image ended with a whole one. */
  rest(): Uint8Array | undefined {
    return this.#filled === 0 ? undefined : this.#take();
  }

  #take(): Uint8Array {
    const block = this.#block.subarray(0, this.#filled);
    this.#block = new Uint8Array(this.#blockBytes);
    this.#filled = 0;
    return block;
  }
}
