/**
 * What a server tells of itself to whoever looks at it live: its state when it has changed, the end
 * of its log, its messages, counted, and what has happened, of which it remembers the last. While
 * nobody looks, nothing is computed but that memory.
 */
import type { ServerId } from '../../base/ids.js';
import type { FeedEventName, FeedHappening, FeedLog } from '../../live/feed.js';
import type { ReplicaEvent } from '../../replica/observer.js';
import type { PeerMessage, PeerReply } from '../../replica/peer-transport.js';
import { happeningKindOf, termOf } from './happening.js';
import { MessageCounts } from './message-counts.js';
import type { PeerTap } from './watched-transport.js';

/** How often a listener may hear of changes. */
const tickMs = 100;

/** A state that seems unchanged is told so often all the same: times in it grow. */
const restMs = 1_000;

/** Happenings that are remembered for those who come later. */
const happeningsKept = 200;

/** Somebody who looks. */
export interface FeedListener {
  /** `data` is one line of JSON. */
  tell(name: FeedEventName, data: string): void;
}

/** Where the feed reads what it tells. */
export interface FeedSource {
  /** The fields of `/status`. */
  readonly status: () => Readonly<Record<string, unknown>>;
  readonly log: () => FeedLog;
  /** Whether answers of this server are not heard, because of the artificial partition. */
  readonly isDeafTo: (from: ServerId) => boolean;
}

/** Members of the state that change all the time, and tell nothing new by that. */
const restless: ReadonlySet<string> = new Set([
  ...['links', 'silentMs', 'clockMs', 'uptimeSeconds', 'diskSilentMs', 'connections'],
  'pendingCalls',
]);

export class LiveFeed implements PeerTap {
  readonly lifeMs: number;
  readonly #nowMs: () => number;
  readonly #counts: MessageCounts;
  readonly #listeners = new Set<FeedListener>();
  readonly #happenings: FeedHappening[] = [];
  #source: FeedSource | undefined;
  #ticking: NodeJS.Timeout | undefined;
  #happened = 0;
  #toldStatus = '';
  #toldStatusMs = -Infinity;
  #toldLog = '';

  /** `nowMs`: the wall clock, ms since 1970. */
  constructor(self: ServerId, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#counts = new MessageCounts(self);
    this.lifeMs = nowMs();
  }

  get isOn(): boolean {
    return this.#ticking !== undefined;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Before the first listener. */
  readFrom(source: FeedSource): void {
    this.#source = source;
  }

  /** Tells the listener all that is known now, and from now on what changes. */
  add(listener: FeedListener): void {
    this.#listeners.add(listener);
    this.#ticking ??= setInterval(this.#tick, tickMs);
    if (this.#source === undefined) return;
    listener.tell('status', JSON.stringify(this.#source.status()));
    listener.tell('log', JSON.stringify(this.#source.log()));
    for (const happening of this.#happenings) {
      listener.tell('happening', JSON.stringify(happening));
    }
  }

  remove(listener: FeedListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    this.#counts.clear();
  }

  sent(to: ServerId, message: PeerMessage): void {
    this.#counts.sent(to, message);
  }

  answered(from: ServerId, reply: PeerReply): void {
    if (this.#source?.isDeafTo(from) === true) this.#counts.lost(from);
    else this.#counts.answered(from, reply);
  }

  lost(to: ServerId): void {
    this.#counts.lost(to);
  }

  /** `text`: as the log has it. */
  observe(event: ReplicaEvent, text: string): void {
    const kind = happeningKindOf(event);
    this.#happened += 1;
    const term = termOf(event);
    const happening: FeedHappening = {
      ...{ number: this.#happened, atMs: this.#nowMs(), kind, text },
      ...(term === undefined ? {} : { term }),
    };
    this.#happenings.push(happening);
    if (this.#happenings.length > happeningsKept) this.#happenings.shift();
    if (this.#listeners.size > 0) this.#tell('happening', JSON.stringify(happening));
  }

  readonly #tick = (): void => {
    if (this.#source === undefined) return;
    const nowMs = performance.now();
    const messages = this.#counts.take(nowMs);
    if (messages.length > 0) this.#tell('messages', JSON.stringify(messages));
    this.#tellStatus(this.#source.status(), nowMs);
    const log = JSON.stringify(this.#source.log());
    if (log !== this.#toldLog) this.#tell('log', log);
    this.#toldLog = log;
  };

  #tellStatus(status: Readonly<Record<string, unknown>>, nowMs: number): void {
    const calm = JSON.stringify(status, (name, value: unknown) =>
      restless.has(name) ? undefined : value,
    );
    if (calm === this.#toldStatus && nowMs - this.#toldStatusMs < restMs) return;
    this.#toldStatus = calm;
    this.#toldStatusMs = nowMs;
    this.#tell('status', JSON.stringify(status));
  }

  #tell(name: FeedEventName, data: string): void {
    for (const listener of this.#listeners) listener.tell(name, data);
  }
}
