/**
 * What a client did and what it was told: the raw material of every judgement about a history.
 * Positions order the events of one run; milliseconds are only shown to people.
 */

export type Question =
  /** `updatefile(name, version, [hash])`. Each update of a run carries a hash of its own. */
  | {
      readonly kind: 'update';
      readonly name: string;
      readonly version: number;
      readonly hash: string;
    }
  /** A linearizable read of one file, by whatever method of the API. */
  | { readonly kind: 'read'; readonly name: string };

export type Outcome =
  | { readonly kind: 'updated'; readonly updated: boolean }
  /** Version 0 and no hash: the file was never seen. */
  | { readonly kind: 'seen'; readonly version: number; readonly hash: string }
  /** Refused: it had no effect and never will. */
  | { readonly kind: 'failed'; readonly why: string }
  /** It may take effect at any moment after it began, or never. */
  | { readonly kind: 'unknown'; readonly why: string };

export interface Operation {
  /** Position in the list of all operations of the run. */
  readonly id: number;
  readonly client: number;
  /** Id of the server that was asked. */
  readonly server: number;
  readonly question: Question;
  readonly outcome: Outcome;
  /** Positions in the one order of all begins and ends of the run; each is used once. */
  readonly beganAt: number;
  readonly endedAt: number;
  /** Milliseconds since the run began. */
  readonly beganMs: number;
  readonly endedMs: number;
}
