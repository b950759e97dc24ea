/**
 * Messages made few enough to be looked at: those of one way that say the same are counted, and
 * told together. Nothing is left out, least of all a vote; what grows is a number.
 */
import { unreachable } from '../../base/assert.js';
import type { ServerId } from '../../base/ids.js';
import type { FeedMessage, MessageFate, MessageKind } from '../../live/feed.js';
import type { PeerMessage, PeerReply } from '../../replica/peer-transport.js';

/** Heartbeats are told no more often than this. Everything else is told each time. */
const heartbeatPauseMs = 400;

/** Ways and kinds that are counted apart between two takings; what is beyond joins the others. */
const countsMax = 1_000;

type Counted = { -readonly [Member in keyof FeedMessage]: FeedMessage[Member] };

export class MessageCounts {
  readonly #self: ServerId;
  readonly #counts = new Map<string, Counted>();
  /** The kind of the newest question to each peer: an answer does not say it by itself. */
  readonly #asked = new Map<ServerId, MessageKind>();
  #heartbeatsMs = -Infinity;

  constructor(self: ServerId) {
    this.#self = self;
  }

  sent(to: ServerId, message: PeerMessage): void {
    const kind = kindOf(message);
    if (message.type === 'appendEntries') this.#asked.set(to, kind);
    const term = 'term' in message ? message.term : 0;
    const counted = this.#count({ kind, fate: 'ask', from: this.#self, to, term });
    if (message.type !== 'appendEntries') return;
    const [first, last] = [message.entries[0], message.entries.at(-1)];
    if (first === undefined || last === undefined) return;
    counted.first = Math.min(counted.first ?? first.index, first.index);
    counted.last = Math.max(counted.last ?? last.index, last.index);
  }

  answered(from: ServerId, reply: PeerReply): void {
    const asked = reply.type === 'appendEntries' ? this.#asked.get(from) : undefined;
    const term = 'term' in reply ? reply.term : 0;
    const fate: MessageFate = isYes(reply) ? 'yes' : 'no';
    this.#count({ kind: asked ?? kindOf(reply), fate, from, to: this.#self, term });
  }

  lost(to: ServerId): void {
    this.#count({ kind: 'heartbeat', fate: 'lost', from: this.#self, to, term: 0 });
  }

  /** What has come together; heartbeats may stay for a later time. */
  take(nowMs: number): readonly FeedMessage[] {
    const isTimeForHeartbeats = nowMs - this.#heartbeatsMs >= heartbeatPauseMs;
    if (isTimeForHeartbeats) this.#heartbeatsMs = nowMs;
    const taken: FeedMessage[] = [];
    for (const [key, counted] of this.#counts) {
      if (counted.kind === 'heartbeat' && !isTimeForHeartbeats) continue;
      taken.push(counted);
      this.#counts.delete(key);
    }
    return taken;
  }

  clear(): void {
    this.#counts.clear();
    this.#asked.clear();
  }

  #count(message: Omit<FeedMessage, 'count'>): Counted {
    const { kind, fate, from, to, term } = message;
    const isFull = this.#counts.size >= countsMax;
    const key = `${kind} ${fate} ${from} ${to} ${isFull ? '' : term}`;
    const counted = this.#counts.get(key) ?? { ...message, count: 0 };
    this.#counts.set(key, counted);
    counted.count += 1;
    return counted;
  }
}

/** An answer to AppendEntries does not say what it answers: it passes for one to a heartbeat. */
function kindOf(message: PeerMessage | PeerReply): MessageKind {
  switch (message.type) {
    case 'appendEntries':
      return 'entries' in message && message.entries.length > 0 ? 'entries' : 'heartbeat';
    case 'requestVote':
      return message.preVote ? 'preVote' : 'vote';
    case 'installSnapshot':
      return 'snapshot';
    case 'join':
      return 'join';
    case 'stateReport':
      return 'check';
    default:
      return unreachable(message);
  }
}

function isYes(reply: PeerReply): boolean {
  switch (reply.type) {
    case 'appendEntries':
      return reply.success;
    case 'requestVote':
      return reply.voteGranted;
    default:
      return true;
  }
}
