/**
 * How often each of many people may do something: everyone has a bucket of tokens that fills again
 * with time. Of a bounded number of people something is remembered; whoever was not heard of for
 * longest begins with a full bucket.
 */
import { RecentMap } from '../../base/recent-map.js';
import { rememberedMax, type Rate } from './front-limits.js';

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

const minuteMs = 60_000;

export class TokenBuckets {
  readonly #rate: Rate;
  readonly #nowMs: () => number;
  readonly #buckets = new RecentMap<string, Bucket>(rememberedMax);

  constructor(rate: Rate, nowMs: () => number) {
    this.#rate = rate;
    this.#nowMs = nowMs;
  }

  /** For what was not done after all. */
  giveBack(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket !== undefined) this.#buckets.set(key, { ...bucket, tokens: bucket.tokens + 1 });
  }

  /** Takes one token; returns 0, or in how many seconds there will be one. */
  take(key: string): number {
    const { burst, perMinute } = this.#rate;
    const atMs = this.#nowMs();
    const last = this.#buckets.get(key) ?? { tokens: burst, atMs };
    const tokens = Math.min(burst, last.tokens + ((atMs - last.atMs) / minuteMs) * perMinute);
    const isEnough = tokens >= 1;
    this.#buckets.set(key, { tokens: isEnough ? tokens - 1 : tokens, atMs });
    return isEnough ? 0 : Math.ceil(((1 - tokens) / perMinute) * (minuteMs / 1_000));
  }
}
