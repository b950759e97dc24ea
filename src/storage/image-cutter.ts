/** Cuts the bytes of an image, which come in pieces of any size, into blocks of one size. */
import type { MakeRoom } from './frame-format.js';

export interface ImageCutterOptions {
  /** Bytes of the image in each block but the last. */
  readonly blockBytes: number;
  /** Bytes in front of those, which are left to whoever gets the block. */
  readonly headBytes?: number;
  /** Asked for the room of a block once whoever got the one before has asked for more. */
  readonly makeRoom?: MakeRoom | undefined;
}

export class ImageCutter {
  readonly #headBytes: number;
  readonly #roomBytes: number;
  readonly #makeRoom: MakeRoom;
  #room: Uint8Array | undefined;
  #filledTo: number;

  constructor({ blockBytes, headBytes = 0, makeRoom = newBytes }: ImageCutterOptions) {
    this.#headBytes = headBytes;
    this.#roomBytes = headBytes + blockBytes;
    this.#makeRoom = makeRoom;
    this.#filledTo = headBytes;
  }

  /** Takes in bytes and gives the blocks that they fill. */
  *cut(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length;) {
      this.#room ??= this.#makeRoom(this.#roomBytes);
      const taken = Math.min(this.#roomBytes - this.#filledTo, bytes.length - at);
      this.#room.set(bytes.subarray(at, at + taken), this.#filledTo);
      this.#filledTo += taken;
      at += taken;
      if (this.#filledTo === this.#roomBytes) yield this.#take(this.#room);
    }
  }

  /** The last, shorter block; undefined when the image ended with a whole one. */
  rest(): Uint8Array | undefined {
    return this.#room === undefined ? undefined : this.#take(this.#room);
  }

  #take(room: Uint8Array): Uint8Array {
    const block = room.subarray(0, this.#filledTo);
    this.#room = undefined;
    this.#filledTo = this.#headBytes;
    return block;
  }
}

function newBytes(bytes: number): Uint8Array {
  return new Uint8Array(bytes);
}
