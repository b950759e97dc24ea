/**
 * Stops those who guess passwords: counts wrong log-ins of the last minute by name and address, and
 * by address alone. One that is still being judged counts as wrong until it has proved right, so
 * that many at once gain nothing. The name's owner, elsewhere, is not shut out.
 */
import { RecentMap } from '../../base/recent-map.js';
import { nameKey } from '../../site/site-text.js';
import { rememberedMax, wrongLogInsMax, wrongLogInsOfAddressMax } from './front-limits.js';

const minuteMs = 60_000;

export type LogInTry =
  /** `forgive`: it was not wrong after all, or nobody judged it. */
  | { readonly kind: 'allowed'; readonly forgive: () => void }
  | { readonly kind: 'tooMany'; readonly waitSeconds: number };

export class WrongLogIns {
  readonly #nowMs: () => number;
  readonly #byNameAndAddress = new RecentMap<string, number[]>(rememberedMax);
  readonly #byAddress = new RecentMap<string, number[]>(rememberedMax);

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  begin(name: string, address: string): LogInTry {
    const atMs = this.#nowMs();
    const both = `${address} ${nameKey(name)}`;
    const ofBoth = recent(this.#byNameAndAddress, both, atMs);
    const ofAddress = recent(this.#byAddress, address, atMs);
    const waitMs = Math.max(
      waitFor(ofBoth, wrongLogInsMax, atMs),
      waitFor(ofAddress, wrongLogInsOfAddressMax, atMs),
    );
    if (waitMs > 0) return { kind: 'tooMany', waitSeconds: Math.ceil(waitMs / 1_000) };
    ofBoth.push(atMs);
    ofAddress.push(atMs);
    // Not before: names that are refused must not push out those that count.
    this.#byNameAndAddress.set(both, ofBoth);
    this.#byAddress.set(address, ofAddress);
    const forgive = (): void => {
      for (const times of [ofBoth, ofAddress]) {
        const at = times.indexOf(atMs);
        if (at >= 0) times.splice(at, 1);
      }
    };
    return { kind: 'allowed', forgive };
  }
}

/** Its times of the last minute, in order; kept only once they are set. */
function recent(map: RecentMap<string, number[]>, key: string, atMs: number): number[] {
  const times = map.get(key) ?? [];
  const stillCount = times.findIndex((time) => time > atMs - minuteMs);
  times.splice(0, stillCount < 0 ? times.length : stillCount);
  return times;
}

function waitFor(times: readonly number[], most: number, atMs: number): number {
  const [oldest = atMs] = times;
  return times.length < most ? 0 : Math.max(1, oldest + minuteMs - atMs);
}
