/**
 * What a scenario file says, once it is read: plain values, with no trace of YAML but the place of
 * each step. The language itself is explained in tester/scenarios/README.md.
 */
import type { Need } from '../cluster/need.js';

/** Lines and columns are counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Scenario {
  readonly place: Place;
  readonly name: string;
  /** One sentence, told when the scenario fails. */
  readonly why: string | undefined;
  /** Fewer servers that answer make it be skipped. */
  readonly serversMin: number;
  /** What the file asks for, and what its steps cannot do without. */
  readonly needs: readonly Need[];
  /** The same seed makes the same random choices. */
  readonly seed: string;
  readonly steps: readonly Step[];
}

/** How many servers are picked: a number, or one that follows from the size of the cluster. */
export type Count = number | 'majority' | 'minority';

/** An expression that stands for servers. It is looked up when its step is made. */
export type Who =
  | { readonly kind: 'all' }
  /** Whoever leads at that moment; waited for. */
  | { readonly kind: 'leader' }
  | { readonly kind: 'followers' }
  | { readonly kind: 'id'; readonly id: number }
  /** Bound by an earlier step. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'some'; readonly count: Count; readonly random: boolean; readonly of: Who }
  | { readonly kind: 'but'; readonly of: Who; readonly without: Who }
  | { readonly kind: 'union'; readonly parts: readonly Who[] };

/** `seen`: the newest version of the file that any answer has shown to the scenario so far. */
export interface VersionBound {
  readonly kind: 'exactly' | 'at-least';
  readonly version: number | 'seen';
}

/** One way in which a call may end well. */
export type Outcome =
  | { readonly kind: 'any' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'version'; readonly bound: VersionBound }
  | { readonly kind: 'fault'; readonly code: number | undefined }
  /** The connection was refused or closed. */
  | { readonly kind: 'lost' }
  /** No answer for as long as one was waited for. */
  | { readonly kind: 'blocked' };

/** The ways in which a call may end; one of them must come. Never empty. */
export type Expectation = readonly Outcome[];

/** Text with `{i}` for the round of the `repeat` that is called i. */
export type Template = string;

export type Call =
  | {
      readonly method: 'update';
      readonly file: Template;
      readonly version: number | 'next';
      /** Undefined: a list that no other update of the run has. */
      readonly hashes: readonly (string | number)[] | undefined;
    }
  | { readonly method: 'read'; readonly file: Template }
  | { readonly method: 'setleader' };

/** Something that can be seen to hold at a moment. */
export type Condition =
  | { readonly kind: 'leads'; readonly who: Who; readonly holds: boolean }
  | { readonly kind: 'one-leads'; readonly among: Who }
  | { readonly kind: 'crashed'; readonly who: Who; readonly holds: boolean }
  | {
      readonly kind: 'shows';
      readonly who: Who;
      readonly file: Template;
      readonly bounds: readonly VersionBound[];
    }
  /** No two of the leaders seen so far by this scenario had one term. */
  | { readonly kind: 'one-leader-per-term' };

/** A condition, and the words in which the file says it. */
export interface Sentence {
  readonly condition: Condition;
  readonly words: string;
}

/** What is done to servers as a whole, without further options. */
export type Treatment = 'crash' | 'restore' | 'heal' | 'kill' | 'start' | 'stop' | 'resume';

export interface CallAction {
  readonly kind: 'call';
  readonly call: Call;
  /** Several servers are called at once. */
  readonly on: Who;
  readonly expect: Expectation;
  readonly withinMs: number | undefined;
}

export type Action =
  | {
      readonly kind: 'leader';
      readonly name: string | undefined;
      readonly among: Who;
      readonly withinMs: number | undefined;
    }
  | { readonly kind: 'let'; readonly bindings: readonly (readonly [name: string, who: Who])[] }
  | { readonly kind: 'treat'; readonly treatment: Treatment; readonly who: Who }
  | { readonly kind: 'partition'; readonly groups: readonly Who[] }
  | {
      readonly kind: 'cut';
      readonly who: Who;
      /** Undefined: from all others. */
      readonly from: Who | undefined;
      readonly direction: 'both' | 'send' | 'receive';
    }
  | CallAction
  | {
      readonly kind: 'begin';
      readonly name: string;
      readonly call: Call;
      readonly on: Who;
    }
  | {
      readonly kind: 'await';
      readonly name: string;
      /** `true-once`: exactly one of the calls is answered true, the others false. */
      readonly expect: Expectation | 'true-once';
      readonly withinMs: number | undefined;
    }
  | { readonly kind: 'waiting'; readonly name: string; readonly forMs: number | undefined }
  | { readonly kind: 'write'; readonly file: Template; readonly withinMs: number | undefined }
  | {
      readonly kind: 'map';
      readonly files: readonly (readonly [file: Template, bounds: readonly VersionBound[]])[];
      readonly on: Who;
      readonly withinMs: number | undefined;
    }
  | {
      readonly kind: 'watch';
      /** Holds now; comes to hold within the limit; holds all the while. */
      readonly manner: 'check' | 'wait until' | 'stays';
      readonly sentences: readonly Sentence[];
      readonly limitMs: number | undefined;
    }
  | {
      readonly kind: 'repeat';
      readonly times: number;
      readonly counter: string | undefined;
      readonly steps: readonly Step[];
    }
  | {
      readonly kind: 'for-each';
      readonly who: Who;
      readonly name: string;
      readonly steps: readonly Step[];
    }
  | { readonly kind: 'together'; readonly branches: readonly (readonly Step[])[] }
  | { readonly kind: 'pause'; readonly leastMs: number; readonly mostMs: number };

export interface Step {
  readonly place: Place;
  /** The step as the file says it, on one line. */
  readonly words: string;
  readonly action: Action;
}
