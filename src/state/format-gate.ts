/**
 * Decides which format a leader may log: none that a server of the configuration cannot read, as
 * far as is known (docs/decisions/0024-formats-in-a-rolling-restart.md).
 *
 * - A format that the state is in already may always be logged: whoever takes part has had to read
 *   it, from the log or as an image.
 * - A newer one may be once every server has told, a moment ago, that it can read it. Who told
 *   nothing lately is taken for a program of the oldest format.
 * - While nothing was ever written, only those count who have told something: there is no old
 *   state that an old program would be left behind with.
 */
import type { ServerId } from '../base/ids.js';
import { newestFormat, type Format, type FormatInUse, type FormatLimit } from './formats.js';

/** What a server told is believed for so long: it may be replaced by an older program. */
export const toldMsMax = 5_000;

export interface FormatGateOptions {
  /** The other servers, as they are when it is asked. */
  readonly peers: () => readonly ServerId[];
  /** The newest format that this server is to log; it reads newer ones all the same. */
  readonly newest: Format;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

interface Told {
  readonly format: Format;
  readonly atMs: number;
}

export class FormatGate implements FormatLimit {
  readonly #options: FormatGateOptions;
  readonly #told = new Map<ServerId, Told>();

  constructor(options: FormatGateOptions) {
    this.#options = options;
  }

  /** The newest format that this server tells the others. */
  get newest(): Format {
    return this.#options.newest;
  }

  /** A server has told the newest format that it can read; of a later program it may be any. */
  told(peer: ServerId, newest: number): void {
    const format = newest >= newestFormat ? newestFormat : newest === 2 ? 2 : 1;
    this.#told.set(peer, { format, atMs: this.#options.now() });
  }

  allowed(inUse: FormatInUse): Format {
    const { newest, peers } = this.#options;
    const formats = peers().map((peer) => this.#formatOf(peer, inUse === 0));
    const common = least([newest, ...formats]);
    return inUse > common ? (inUse as Format) : common;
  }

  whyNot(needed: Format): string {
    const { newest, peers } = this.#options;
    const expected = 'docs/OPERATIONS.md, "A new version, and back", says what to do';
    if (newest < needed) {
      const why = `this server was started with --format-max ${newest}, and this needs ${needed}`;
      return `${why}; ${expected}`;
    }
    const lagging = peers()
      .filter((peer) => this.#formatOf(peer, false) < needed)
      .join(', ');
    return (
      `not every server has told that it can read this (format ${needed}): server ${lagging} has ` +
      `not; it may be away, or of an older version; ${expected}`
    );
  }

  #formatOf(peer: ServerId, isNew: boolean): Format {
    const told = this.#told.get(peer);
    const isKnown = told !== undefined && this.#options.now() - told.atMs <= toldMsMax;
    if (isKnown) return told.format;
    return isNew ? newestFormat : 1;
  }
}

function least(formats: readonly Format[]): Format {
  return formats.reduce<Format>((one, other) => (other < one ? other : one), newestFormat);
}
