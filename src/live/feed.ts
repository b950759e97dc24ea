/**
 * What the feed of a server tells (`GET /live`): the data of its server-sent events, as JSON. The
 * wire side writes it, the live page reads it, and neither knows more of the other.
 */

/** The names of the events. The data of `status` is the page `/status`, on one line. */
export const feedEventNames = ['hello', 'status', 'log', 'messages', 'happening'] as const;

export type FeedEventName = (typeof feedEventNames)[number];

/** The first event: who speaks, and what the page that listens may ask of it. */
export interface FeedHello {
  readonly serverId: number;
  /** Tells one life of the process from another; happenings are numbered in each. */
  readonly lifeMs: number;
  /** The server's wall clock, ms since 1970. */
  readonly clockMs: number;
  /** Why it takes no calls from this page, in words; null when it does. */
  readonly whyNoCalls: string | null;
  /** The same of the calls that break it and mend it. */
  readonly whyNoFaults: string | null;
}

/** What a message is about. `check`: the checksum of a state, for the others to compare. */
export type MessageKind =
  'heartbeat' | 'entries' | 'vote' | 'preVote' | 'snapshot' | 'join' | 'check';

/**
 * `ask`: it left. `yes` and `no`: its answer came back. `lost`: there was none; told of the way
 * that the question took.
 */
export type MessageFate = 'ask' | 'yes' | 'no' | 'lost';

/** Messages on one way that say the same, counted: those of the last moment. */
export interface FeedMessage {
  readonly kind: MessageKind;
  readonly fate: MessageFate;
  readonly from: number;
  readonly to: number;
  readonly term: number;
  readonly count: number;
  /** Of `entries`: the first and last index that were on their way. */
  readonly first?: number;
  readonly last?: number;
}

/** An entry of the log: what it is, and of a file which version of which. */
export interface FeedEntry {
  readonly index: number;
  readonly term: number;
  readonly kind: 'noop' | 'file' | 'deletion' | 'forgetting' | 'site';
  /** Of a file: its name, cut after some letters. */
  readonly name?: string;
  readonly version?: number;
}

/** The end of a log. */
export interface FeedLog {
  readonly firstIndex: number;
  readonly lastIndex: number;
  /** The newest entries, oldest first. */
  readonly entries: readonly FeedEntry[];
}

/** What sort of thing has happened, for a picture and a place of its own. */
export const happeningKinds = [
  'election',
  'preVote',
  'vote',
  'leader',
  'follower',
  'crash',
  'restore',
  'cut',
  'healed',
  'lost',
  'back',
  'disk',
  'snapshot',
  'log',
  'standing',
  'alarm',
] as const;

export type HappeningKind = (typeof happeningKinds)[number];

/** Something that a server told of itself, once. */
export interface FeedHappening {
  /** 1, 2, 3, … in one life of the process. */
  readonly number: number;
  /** By the server's wall clock, ms since 1970. */
  readonly atMs: number;
  readonly kind: HappeningKind;
  /** As its log has it. */
  readonly text: string;
  /** Of elections. */
  readonly term?: number;
}
