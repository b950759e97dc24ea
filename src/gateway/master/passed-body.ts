/**
 * The body of an upload on its way to a worker. As long as it is short it is kept, so that another
 * worker can be given the same; of a longer one nothing is held that was passed on.
 */
import type { IncomingMessage } from 'node:http';
import { assert, must } from '../../base/assert.js';
import { BodyReader, BodyRefused } from '../uploads/body-reader.js';

/** What is kept of a body; with more, it can be given to one worker only. */
const keptBytesMax = 256 * 1024;

/** The workers judge how slow a client may be; this is for one that says nothing at all. */
const pace = { idleMsMax: 60_000, waitMsMax: 2 ** 31 - 1, bytesPerSecondMin: 1 };

export class PassedBody {
  readonly #reader: BodyReader;
  /** By their places in the body. */
  readonly #pieces = new Map<number, Buffer>();
  #count = 0;
  #bytes = 0;
  #isWhole = false;
  #reading: Promise<void> | undefined;
  /** Of whoever is given the body at present. */
  #turn = 0;

  constructor(request: IncomingMessage) {
    this.#reader = new BodyReader(request, { ...pace, bytesMax: Infinity });
  }

  /** Whether all that was ever given out can be given out again. */
  get isKept(): boolean {
    return this.#bytes <= keptBytesMax;
  }

  /**
   * Gives the pieces from the first one on, and undefined behind the last one; whoever was given
   * them before gets no more. Only while the body is kept. Rejects with `BodyRefused`.
   */
  begin(): () => Promise<Buffer | undefined> {
    assert(this.isKept, 'nothing was let go of');
    this.#turn += 1;
    const turn = this.#turn;
    let place = 0;
    return async () => {
      while (place >= this.#count && !this.#isWhole) await (this.#reading ??= this.#read());
      if (turn !== this.#turn) throw new BodyRefused('broken');
      if (place >= this.#count) return undefined;
      const piece = must(this.#pieces.get(place), 'what was not given out is there');
      if (!this.isKept) this.#letGo(place);
      place += 1;
      return piece;
    };
  }

  /** What still comes is for others. */
  release(): void {
    this.#reader.release();
  }

  #letGo(last: number): void {
    for (const place of this.#pieces.keys()) if (place <= last) this.#pieces.delete(place);
  }

  async #read(): Promise<void> {
    try {
      const piece = await this.#reader.next();
      if (piece === undefined) {
        this.#isWhole = true;
        return;
      }
      this.#pieces.set(this.#count, piece);
      this.#count += 1;
      this.#bytes += piece.length;
    } finally {
      this.#reading = undefined;
    }
  }
}
