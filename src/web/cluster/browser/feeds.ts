/**
 * The feeds of all servers of the cluster: each is opened again when it ends, less and less often,
 * for as long as the page is shown.
 */
import { feedEventNames } from '../../../live/feed.js';
import { readFeedEvent, type FeedEvent } from '../../../live/read-feed.js';

export interface FeedsOptions {
  readonly onEvent: (server: number, event: FeedEvent) => void;
  /** There is no answer, or no more. */
  readonly onLost: (server: number) => void;
}

const retryMsFirst = 400;
const retryMsMax = 5_000;
/** A server says something at least every second. */
const muteMs = 3_500;

export class Feeds {
  readonly #options: FeedsOptions;
  readonly #feeds = new Map<number, Feed>();

  constructor(options: FeedsOptions) {
    this.#options = options;
    document.addEventListener('visibilitychange', () => {
      // A page that nobody sees must not keep one of the few connections that a browser has.
      for (const feed of this.#feeds.values()) {
        if (document.hidden) feed.close();
        else feed.open();
      }
    });
  }

  /** Opens those that are missing and closes those of servers that are members no more. */
  follow(origins: ReadonlyMap<number, string>): void {
    for (const [server, feed] of this.#feeds) {
      if (origins.get(server) === feed.origin) continue;
      feed.close();
      this.#feeds.delete(server);
    }
    for (const [server, origin] of origins) {
      if (this.#feeds.has(server)) continue;
      const feed = new Feed(server, origin, this.#options);
      this.#feeds.set(server, feed);
      feed.open();
    }
  }
}

class Feed {
  readonly origin: string;
  readonly #server: number;
  readonly #options: FeedsOptions;
  #source: EventSource | undefined;
  #timer: number | undefined;
  #retryMs = retryMsFirst;

  constructor(server: number, origin: string, options: FeedsOptions) {
    this.#server = server;
    this.origin = origin;
    this.#options = options;
  }

  open(): void {
    if (this.#source !== undefined) return;
    clearTimeout(this.#timer);
    const source = new EventSource(`${this.origin}/live`);
    this.#source = source;
    this.#waitForWord();
    source.addEventListener('error', () => {
      this.#lost();
    });
    for (const name of feedEventNames) {
      source.addEventListener(name, ({ data }: MessageEvent<unknown>) => {
        const event = typeof data === 'string' ? readFeedEvent(name, data) : undefined;
        if (event === undefined) return;
        if (event.name === 'hello' && event.hello.serverId !== this.#server) {
          this.#lost();
          return;
        }
        this.#retryMs = retryMsFirst;
        this.#waitForWord();
        this.#options.onEvent(this.#server, event);
      });
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #waitForWord(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#lost();
    }, muteMs);
  }

  #lost(): void {
    this.close();
    this.#options.onLost(this.#server);
    this.#timer = setTimeout(() => {
      this.open();
    }, this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, retryMsMax);
  }
}
