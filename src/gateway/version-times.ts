/**
 * The versions of a file that a cluster keeps, and when each was made. That of a version never
 * changes, so it is asked for once. A cluster that keeps no versions knows no times either.
 */
import { Unsupported } from '../client/client-errors.js';
import type { KeptVersion } from '../client/file-answers.js';
import { RecentMap } from '../base/recent-map.js';

const rememberedMax = 100_000;

/** The versions that are kept, the current one first. */
type AskVersions = (name: string) => Promise<readonly KeptVersion[]>;

interface KnownTime {
  readonly version: number;
  readonly timeMs: number;
}

export class VersionTimes {
  readonly #ask: AskVersions;
  readonly #known = new RecentMap<string, KnownTime>(rememberedMax);

  constructor(ask: AskVersions) {
    this.#ask = ask;
  }

  /** Undefined when nobody knows. Rejects when the cluster cannot answer. */
  async of(name: string, version: number): Promise<number | undefined> {
    if (version === 0) return undefined;
    const known = this.known(name, version);
    if (known !== undefined) return known;
    const made = (await this.versions(name)).find((one) => one.version === version);
    if (made === undefined || made.timeMs === 0) return undefined;
    this.#known.set(name, { version, timeMs: made.timeMs });
    return made.timeMs;
  }

  /** The same, without asking. */
  known(name: string, version: number): number | undefined {
    const known = this.#known.get(name);
    return known?.version === version ? known.timeMs : undefined;
  }

  /** None when the cluster keeps none. */
  async versions(name: string): Promise<readonly KeptVersion[]> {
    try {
      return await this.#ask(name);
    } catch (error) {
      // A cluster older than this program.
      if (error instanceof Unsupported) return [];
      throw error;
    }
  }
}
