/**
 * What the replica asks of a replicated state machine. The files map implements it, and the site
 * will; the replica knows neither. Everything here is synchronous, pure and deterministic: two
 * servers that apply the same payloads in the same order hold the same state.
 */

/** What the leader learns about a command before it spends a log entry on it. */
export type Admission<Result> =
  /** The command would take effect: log it. It is now part of the tail. */
  | { readonly kind: 'log' }
  /**
   * The command would change nothing; `result` is its answer, given everything logged so far.
   * It may be told to the caller only once leadership has been confirmed by a majority and
   * everything logged before it has been applied (contract, section 4).
   */
  | { readonly kind: 'answer'; readonly result: Result };

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
}
