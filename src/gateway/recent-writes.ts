/**
 * What was written here a short while ago, so that whoever wrote reads it: an answer about such a
 * name must be younger than the write, wherever it is from.
 */
import { RecentMap } from '../base/recent-map.js';
import type { PathParts } from './file-source.js';

/** Each write counts for its name and for the folders that it lies in. */
const rememberedMax = 20_000;
/** Nothing that is older is known anywhere, but without a majority. */
const rememberedMs = 60_000;

/** Files that are sent in the place of the one without the ending. */
const variantEnding = /\.(?:br|gz)$/;

export class RecentWrites {
  readonly #times = new RecentMap<string, number>(rememberedMax);
  readonly #nowMs: () => number;

  /** `nowMs`: monotonous milliseconds; the machine's unless a test has others. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** To be called once the write has taken effect, and before its writer hears of that. */
  note(parts: PathParts): void {
    const nowMs = this.#nowMs();
    for (let depth = 0; depth <= parts.length; depth += 1) {
      this.#times.set(parts.slice(0, depth).join('/'), nowMs);
    }
    const name = parts.join('/');
    if (variantEnding.test(name)) this.#times.set(name.replace(variantEnding, ''), nowMs);
  }

  /** So old may be what is known of it, in milliseconds; undefined when it was not written to. */
  maxAgeMs(parts: PathParts): number | undefined {
    const writtenMs = this.#times.get(parts.join('/'));
    if (writtenMs === undefined) return undefined;
    const ageMs = this.#nowMs() - writtenMs;
    return ageMs < rememberedMs ? ageMs : undefined;
  }
}
