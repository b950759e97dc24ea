/**
 * Long buffers that are used again. Left to the collector, those of a transfer pile up until it
 * looks at them, which is several times what is in use.
 */

/** Buffers have a multiple of this, so that one fits for another use. */
const stepBytes = 64 * 1024;

export class BytePool {
  readonly #keptBytesMax: number;
  /** All that were made here and are still somewhere. */
  readonly #own = new WeakSet<ArrayBufferLike>();
  /** In the order in which they came back. */
  #free: Uint8Array[] = [];
  #keptBytes = 0;

  /** `keptBytesMax`: of buffers that nobody uses. */
  constructor(keptBytesMax: number) {
    this.#keptBytesMax = keptBytesMax;
  }

  /** What is kept for the next who takes. Invariant: at most `keptBytesMax`. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** At least so many bytes, which may hold anything. Who never gives them back leaks nothing. */
  take(bytes: number): Uint8Array {
    const length = Math.ceil(bytes / stepBytes) * stepBytes;
    // Twice as long is too good for it: others wait for those.
    const at = this.#free.findIndex((free) => free.length >= length && free.length <= 2 * length);
    const [found] = at < 0 ? [] : this.#free.splice(at, 1);
    if (found !== undefined) {
      this.#keptBytes -= found.length;
      return found;
    }
    const made = new Uint8Array(length);
    this.#own.add(made.buffer);
    return made;
  }

  /**
   * Bytes that `take` gave, or a part of them, and that nobody looks at any more: they will be
   * written over. Others are let alone.
   */
  giveBack(bytes: Uint8Array): void {
    const { buffer } = bytes;
    if (!this.#own.has(buffer)) return;
    if (this.#free.some((free) => free.buffer === buffer)) return;
    const whole = new Uint8Array(buffer);
    this.#free.push(whole);
    this.#keptBytes += whole.length;
    while (this.#keptBytes > this.#keptBytesMax) {
      this.#keptBytes -= this.#free.shift()?.length ?? 0;
    }
  }
}
