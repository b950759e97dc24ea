/**
 * The sessions: found by token, ended one by one, by the time, or when an account has too many.
 * Those that somebody ended are remembered for a while, so that a command that is sent again does
 * not bring them back.
 */
import { assert, must } from '../base/assert.js';
import { ChunkedUint32s } from '../base/chunked-uint32s.js';
import { endedSessionsKept, sessionLifeMs, sessionsPerAccountMax } from './site-limits.js';
import type { SessionRecord } from './site-records.js';

/** Sessions that one command finds to be over by the time; the others have to wait for the next. */
const expiredAtOnceMax = 1_000;
/** Places of ended sessions before they may be given back. */
const emptyPlacesMin = 1_024;

interface Slot {
  readonly session: SessionRecord;
  /** Where it stands in the list. */
  at: number;
}

/** All sessions as they were at one moment, in the order in which they began. */
export interface FrozenSessions {
  readonly count: number;
  readonly sessions: Iterable<SessionRecord>;
}

export class SessionTable {
  readonly #byToken = new Map<string, Slot>();
  /** Of each user who has any, oldest first. Invariant: `sessionsPerAccountMax` at most. */
  readonly #ofUser = new Map<number, SessionRecord[]>();
  /**
   * In the order in which they began, ended ones included; only added to, or replaced as a whole:
   * frozen sessions are read from it later.
   */
  #list: Slot[] = [];
  /** 1 for each of the list that has ended. */
  #isEnded = new ChunkedUint32s();
  /** All before this place of the list have ended. */
  #start = 0;
  /** A ring, by the order in which they were ended; the oldest at `#endedAt` once it is full. */
  #ended: SessionRecord[] = [];
  #endedAt = 0;
  readonly #endedByToken = new Map<string, SessionRecord>();

  /** Sessions that have not ended. */
  get size(): number {
    return this.#byToken.size;
  }

  get endedSize(): number {
    return this.#ended.length;
  }

  /** The session of a token at a time; undefined when it is over. */
  find(tokenHash: string, nowMs: number): SessionRecord | undefined {
    const session = this.#byToken.get(tokenHash)?.session;
    return session === undefined || isOver(session, nowMs) ? undefined : session;
  }

  /** A session of this token that is there, even if its time is over, or that was ended. */
  findKnown(tokenHash: string): SessionRecord | undefined {
    return this.#byToken.get(tokenHash)?.session ?? this.#endedByToken.get(tokenHash);
  }

  /** One that was ended, not by time. */
  findEnded(tokenHash: string): SessionRecord | undefined {
    return this.#endedByToken.get(tokenHash);
  }

  /** Oldest first. */
  ofUser(user: number, nowMs: number): readonly SessionRecord[] {
    return (this.#ofUser.get(user) ?? []).filter((session) => !isOver(session, nowMs));
  }

  /** Begins a session, whose token must be unknown; ends the user's oldest if they are too many. */
  begin(session: SessionRecord): void {
    const others = this.#ofUser.get(session.user) ?? [];
    const [oldest] = others;
    if (oldest !== undefined && others.length >= sessionsPerAccountMax) this.end(oldest);
    this.add(session);
  }

  /** Adds a session behind all others. False when there is no room for it. */
  add(session: SessionRecord): boolean {
    if (this.findKnown(session.tokenHash) !== undefined) return false;
    const others = this.#ofUser.get(session.user) ?? [];
    if (others.length >= sessionsPerAccountMax) return false;
    // `end` may have taken the empty list out.
    this.#ofUser.set(session.user, others);
    others.push(session);
    const slot = { session, at: this.#list.length };
    this.#list.push(slot);
    this.#isEnded.push(0);
    this.#byToken.set(session.tokenHash, slot);
    return true;
  }

  /** Ends a session that is there, and remembers it. */
  end(session: SessionRecord): void {
    this.#takeOut(session);
    this.remember(session);
  }

  /** Remembers a session that is not there as one that was ended. False when it is there. */
  remember(session: SessionRecord): boolean {
    if (this.findKnown(session.tokenHash) !== undefined) return false;
    const oldest = this.#ended[this.#endedAt];
    if (this.#ended.length < endedSessionsKept) {
      this.#ended.push(session);
    } else {
      this.#endedByToken.delete(must(oldest, 'a full ring has an oldest one').tokenHash);
      this.#ended[this.#endedAt] = session;
      this.#endedAt = (this.#endedAt + 1) % endedSessionsKept;
    }
    this.#endedByToken.set(session.tokenHash, session);
    return true;
  }

  /** Ends those whose time is over, the oldest first, up to a number of them. */
  expire(nowMs: number): void {
    let left = expiredAtOnceMax;
    while (left > 0 && this.#start < this.#list.length) {
      const { session } = must(this.#list[this.#start], 'a place in the list');
      // Places of ended sessions do not count: a state that was restored has none of them.
      if (this.#isEnded.get(this.#start) === 1) {
        this.#start += 1;
        continue;
      }
      if (!isOver(session, nowMs)) return;
      this.#takeOut(session);
      left -= 1;
    }
  }

  freeze(): FrozenSessions {
    const list = this.#list;
    const isEnded = this.#isEnded.copy();
    return { count: this.size, sessions: liveOf(list, isEnded, this.#start) };
  }

  /** Those that were ended, in that order. */
  freezeEnded(): FrozenSessions {
    const sessions = [...this.#ended.slice(this.#endedAt), ...this.#ended.slice(0, this.#endedAt)];
    return { count: sessions.length, sessions };
  }

  #takeOut(session: SessionRecord): void {
    const slot = must(this.#byToken.get(session.tokenHash), 'a session that ends is there');
    assert(slot.session === session, 'a token names one session');
    this.#byToken.delete(session.tokenHash);
    this.#isEnded.set(slot.at, 1);
    if (slot.at === this.#start) this.#start += 1;
    const others = must(this.#ofUser.get(session.user), 'who has a session has a list of them');
    others.splice(others.indexOf(session), 1);
    if (others.length === 0) this.#ofUser.delete(session.user);
    if (this.#list.length - this.size >= Math.max(emptyPlacesMin, this.size)) this.#compact();
  }

  /** Gives the places of ended sessions back. Costs by their number, and is as rare as that. */
  #compact(): void {
    const list: Slot[] = [];
    const isEnded = new ChunkedUint32s();
    for (let at = this.#start; at < this.#list.length; at += 1) {
      if (this.#isEnded.get(at) === 1) continue;
      const slot = must(this.#list[at], 'a place in the list');
      slot.at = list.length;
      list.push(slot);
      isEnded.push(0);
    }
    this.#list = list;
    this.#isEnded = isEnded;
    this.#start = 0;
  }
}

function isOver({ sinceMs }: SessionRecord, nowMs: number): boolean {
  return nowMs - sinceMs >= sessionLifeMs;
}

function* liveOf(
  list: readonly Slot[],
  isEnded: ChunkedUint32s,
  start: number,
): Generator<SessionRecord, void> {
  for (let at = start; at < isEnded.length; at += 1) {
    if (isEnded.get(at) === 0) yield must(list[at], 'a place in the list').session;
  }
}
