/**
 * What a leader knows of one follower, and the sliding window that it sends through.
 */
import { asLogIndex, type LogIndex } from '../base/ids.js';

/** Most AppendEntries with entries under way to one follower; what waits goes in one later. */
export const inflightMax = 4;

/** Encoded bytes of entries in one AppendEntries; a larger single entry travels alone. */
export const appendBytesMax = 1024 * 1024;

interface Inflight {
  readonly firstIndex: LogIndex;
  readonly lastIndex: LogIndex;
}

/** Follower of one leadership; a new one is made for each term led. */
export class Progress {
  /**
   * Highest index known to be durable on the follower and equal to ours. Falls only when the
   * follower denies it (`rejected`), which takes nothing back from what is committed.
   */
  matchIndex: LogIndex = asLogIndex(0);
  /** Index of the next entry to send. Invariant: nextIndex > matchIndex. */
  nextIndex: LogIndex;
  /**
   * `replicate`: entries are sent ahead of their answers. `probe`: the follower was lost or
   * disagreed; one empty AppendEntries at a time finds out where the logs meet. `snapshot`: it
   * needs entries that are in the log no longer; nothing is sent but heartbeats and the snapshot.
   */
  mode: 'replicate' | 'probe' | 'snapshot' = 'replicate';
  /** In `probe` mode: a probe is under way, no other leaves before the next heartbeat. */
  probing = false;
  /** The same, but only of what it said as one that counts. Invariant: ≤ matchIndex. */
  countedIndex: LogIndex = asLogIndex(0);
  /** Newest read round that the follower has answered as one that counts. */
  ackedRound = 0;
  /** Commit index of the newest AppendEntries that was sent. */
  sentCommit: LogIndex = asLogIndex(0);
  ticksSinceSend = 0;
  /** Ticks since the last answer, of whatever kind, or since the leadership began. */
  ticksSinceContact = 0;
  /** Whether it has answered in this leadership. */
  hasAnswered = false;
  /**
   * Whether its last answer said that it is a member: what one that forgot something acknowledges
   * and confirms is left out wherever a majority is counted.
   */
  counts = false;
  /** What a learner has to hold at the end of its round of catching up (thesis, section 4.2.1). */
  roundEnd: LogIndex;
  /** Ticks since that round began. */
  roundTicks = 0;
  readonly #inflight: Inflight[] = [];

  constructor(nextIndex: LogIndex) {
    this.nextIndex = nextIndex;
    this.roundEnd = asLogIndex(nextIndex - 1);
  }

  /** The learner's next round ends with what the log holds now. */
  beginRound(lastIndex: LogIndex): void {
    this.roundEnd = lastIndex;
    this.roundTicks = 0;
  }

  get windowFull(): boolean {
    return this.#inflight.length >= inflightMax;
  }

  /** Entries through `lastIndex` are under way. */
  sent(lastIndex: LogIndex): void {
    this.#inflight.push({ firstIndex: this.nextIndex, lastIndex });
    this.nextIndex = asLogIndex(lastIndex + 1);
  }

  /**
   * The follower answered; what the answer says besides is told next. What a server that is no
   * member said is left out for good: an answer of its life before may come behind it.
   */
  answered(isMember: boolean, round = 0): void {
    this.ticksSinceContact = 0;
    this.hasAnswered = true;
    this.counts = isMember;
    if (isMember && round > this.ackedRound) this.ackedRound = round;
  }

  /** The follower holds our log durably through `matchIndex`. */
  matched(matchIndex: LogIndex): void {
    if (matchIndex > this.matchIndex) this.matchIndex = matchIndex;
    if (this.counts && matchIndex > this.countedIndex) this.countedIndex = matchIndex;
    while (this.#inflight[0] !== undefined && this.#inflight[0].lastIndex <= this.matchIndex) {
      this.#inflight.shift();
    }
    if (this.mode === 'probe') {
      this.mode = 'replicate';
      this.probing = false;
      this.nextIndex = asLogIndex(this.matchIndex + 1);
    }
    if (this.nextIndex <= this.matchIndex) this.nextIndex = asLogIndex(this.matchIndex + 1);
  }

  /** The log begins behind `nextIndex`. */
  needsSnapshot(): void {
    this.#inflight.length = 0;
    this.mode = 'snapshot';
    this.probing = false;
  }

  /** The follower holds what the log lacks: entries follow behind `matchIndex`. */
  hasSnapshot(): void {
    this.mode = 'replicate';
    this.nextIndex = asLogIndex(this.matchIndex + 1);
  }

  /** A request was lost: what was under way has to be sent again, once the follower is back. */
  lost(): void {
    if (this.mode === 'snapshot') return;
    const oldest = this.#inflight[0];
    this.#probeFrom(oldest === undefined ? this.nextIndex : oldest.firstIndex);
  }

  /**
   * The follower's log differs; `hint` is the next index to try. When it lacks what it had
   * acknowledged, its disk was emptied, or this is an answer that was overtaken: in either case
   * nothing is known of it until a probe finds where the logs meet.
   */
  rejected(hint: LogIndex): void {
    // No entries are sent whose place could be looked for.
    if (this.mode === 'snapshot') return;
    if (hint <= this.matchIndex) this.matchIndex = this.countedIndex = asLogIndex(0);
    this.#probeFrom(hint < this.nextIndex ? hint : this.nextIndex);
  }

  #probeFrom(index: LogIndex): void {
    this.#inflight.length = 0;
    this.mode = 'probe';
    this.probing = false;
    this.nextIndex = asLogIndex(Math.max(index, this.matchIndex + 1));
  }
}
