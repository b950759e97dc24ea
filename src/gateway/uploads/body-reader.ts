/**
 * Reads the body of a request piece by piece, at the pace of whoever stores it, and gives up
 * clients that break off, send too much, or send next to nothing for too long.
 */
import type { IncomingMessage } from 'node:http';

export interface BodyLimits {
  readonly bytesMax: number;
  /** Between two pieces. */
  readonly idleMsMax: number;
  /** All waiting together may take so long, and a second more for each `bytesPerSecondMin`. */
  readonly waitMsMax: number;
  readonly bytesPerSecondMin: number;
}

export const defaultPace = { idleMsMax: 30_000, waitMsMax: 60_000, bytesPerSecondMin: 1024 };

/** `broken`: nobody is left to be told. */
export type BodyMistake = 'broken' | 'tooLarge' | 'tooSlow';

export class BodyRefused extends Error {
  override readonly name = 'BodyRefused';
  readonly mistake: BodyMistake;

  constructor(mistake: BodyMistake) {
    super(`the body is ${mistake}`);
    this.mistake = mistake;
  }
}

export class BodyReader {
  readonly #request: IncomingMessage;
  readonly #limits: BodyLimits;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  #waitedMs = 0;
  #isBroken: boolean;
  #wake: () => void = () => undefined;

  /** Nothing else may read the request until `release`. */
  constructor(request: IncomingMessage, limits: BodyLimits) {
    this.#request = request;
    this.#limits = limits;
    this.#isBroken = request.destroyed && !request.readableEnded;
    request.pause();
    request.on('data', this.#onData);
    request.on('end', this.#onEnd);
    request.on('close', this.#onClose);
    request.on('error', this.#onClose);
  }

  /** The next piece; undefined at the end. Rejects with `BodyRefused`. */
  async next(): Promise<Buffer | undefined> {
    const piece = this.#pieces.shift() ?? (await this.#waitForPiece());
    if (piece === undefined) return undefined;
    this.#bytes += piece.length;
    if (this.#bytes > this.#limits.bytesMax) throw new BodyRefused('tooLarge');
    return piece;
  }

  /** Reads no further; what still comes is for others. */
  release(): void {
    this.#request.off('data', this.#onData);
    this.#request.off('end', this.#onEnd);
    this.#request.off('close', this.#onClose);
    // Its connection may still break: that is nobody's bug.
  }

  async #waitForPiece(): Promise<Buffer | undefined> {
    const { idleMsMax, waitMsMax, bytesPerSecondMin } = this.#limits;
    const allowedMs = waitMsMax + (1_000 * this.#bytes) / bytesPerSecondMin - this.#waitedMs;
    const beganMs = performance.now();
    let isLate = false;
    while (!this.#isBroken && !isLate && !this.#isOver()) {
      const leftMs = Math.min(idleMsMax, allowedMs) - (performance.now() - beganMs);
      isLate = leftMs <= 0;
      if (!isLate) await this.#event(leftMs);
      const piece = this.#pieces.shift();
      if (piece === undefined) continue;
      this.#waitedMs += performance.now() - beganMs;
      return piece;
    }
    if (this.#isOver()) return undefined;
    throw new BodyRefused(this.#isBroken ? 'broken' : 'tooSlow');
  }

  #isOver(): boolean {
    return this.#request.readableEnded && this.#request.complete;
  }

  async #event(msMax: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, msMax);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#request.resume();
    });
  }

  readonly #onData = (piece: Buffer): void => {
    this.#pieces.push(piece);
    this.#request.pause();
    this.#wake();
  };

  readonly #onEnd = (): void => {
    this.#wake();
  };

  readonly #onClose = (): void => {
    // What has come, and was not read, is gone with the connection.
    if (!this.#request.readableEnded) this.#isBroken = true;
    this.#wake();
  };
}
