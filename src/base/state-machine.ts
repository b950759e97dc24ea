/**
 * What the replica asks of a replicated state machine. The files map implements it, and the site
 * will; the replica knows neither. Everything here is synchronous, pure and deterministic: two
 * servers that apply the same payloads in the same order hold the same state.
 */

/** An image of a state machine is cut short, damaged, or not for this one. */
export class StateImageError extends Error {
  override readonly name = 'StateImageError';
  /** It is of a later format: nothing need be wrong with it, but only a newer program can tell. */
  readonly isOfNewerFormat: boolean;
  constructor(
    message: string,
    { isOfNewerFormat = false, ...options }: ErrorOptions & { isOfNewerFormat?: boolean } = {},
  ) {
    super(message, options);
    this.isOfNewerFormat = isOfNewerFormat;
  }
}

/**
 * The state as it was at one moment, as bytes: the *image*. It depends on the applied payloads
 * alone, so servers that applied the same ones, or restored an image and applied the rest, make
 * equal images. It carries no checksum: whoever stores or sends it adds one.
 */
export interface StateSnapshot {
  /**
   * The image's next bytes, 1 … `bytesMax` (≥ 1) of them; undefined when there are no more.
   * Payloads may be applied in between. A step costs what its bytes cost to copy, and it gives at
   * most a million of them, whatever was allowed: no step stops the server for more than 10 ms.
   */
  next(bytesMax: number): Uint8Array | undefined;

  /** Frees what the image needs; it cannot be read any further. May be called at any time. */
  close(): void;
}

/** Takes in an image, for a state that replaces the machine's own all at once. */
export interface StateRestore {
  /**
   * The image's next bytes, in order, cut anywhere. Costs by their number: 64 KiB take a few
   * milliseconds. What is wrong with them is said by `verify` and `finish`.
   */
  write(bytes: Uint8Array): void;

  /**
   * Throws `StateImageError` when the image is incomplete or malformed; changes nothing. Once it
   * has returned, `finish` finds nothing wrong.
   */
  verify(): void;

  /**
   * Replaces the state, at once, by that of the image. Throws what `verify` would, and the state
   * is then what it was. No tail may be open. To give up, do not call it.
   */
  finish(): void;
}

/** What the leader learns about a command before it spends a log entry on it. */
export type Admission<Result> =
  /**
   * The command would take effect: log `payload`, which is what `encode` gives. It is now part of
   * the tail.
   */
  | { readonly kind: 'log'; readonly payload: Uint8Array }
  /**
   * The command would change nothing; `result` is its answer, given everything logged so far.
   * It may be told to the caller only once leadership has been confirmed by a majority and
   * everything logged before it has been applied (contract, section 4).
   */
  | { readonly kind: 'answer'; readonly result: Result }
  /** It may not be logged now, as somebody could not read it; the caller may try again later. */
  | { readonly kind: 'refuse'; readonly reason: string };

/**
 * A deterministic machine fed from the log.
 *
 * The *tail* is what this server has logged as leader but not yet applied. While a tail is open,
 * `admit` judges against applied state plus tail, so that two racing calls with the same next
 * version cannot both be logged.
 */
export interface StateMachine<Command, Result> {
  /** The bytes that go to the log. `decode` of them gives an equal command. */
  encode(command: Command): Uint8Array;

  /** The command in a payload that `encode` made. Throws on anything else: the log is damaged. */
  decode(payload: Uint8Array): Command;

  /**
   * Applies one committed payload and returns its result. Invariant: called once per entry, in
   * log order. An open tail shrinks by the entry when it was part of it.
   */
  apply(payload: Uint8Array): Result;

  /** Opens the tail at the start of a leadership; `payloads` are the entries not yet applied. */
  openTail(payloads: Iterable<Uint8Array>): void;

  /** Judges a command against applied state and tail. Requires an open tail. */
  admit(command: Command): Admission<Result>;

  /** Forgets the tail: this server leads no longer. */
  closeTail(): void;

  /** Freezes the applied state, without the tail. Several may be open; each costs memory. */
  snapshot(): StateSnapshot;

  /** Begins to take in an image. Payloads may be applied until it is finished, or given up. */
  restore(): StateRestore;
}
