/**
 * Whether the servers still hold the same state: checksums of the image at an index, this server's
 * own and those that its peers report, a few of each. A difference is never forgotten while the
 * process lives: it means that a server answers something else than was agreed.
 */
import type { LogIndex, ServerId } from '../base/ids.js';
import type { ReplicaObserver } from './observer.js';
import type { StateMismatch } from './replica-api.js';
import type { StateReport } from './state-report.js';

/** Checksums that are kept of each server: the newest. */
const keptMax = 4;

interface StateChecksum {
  readonly index: LogIndex;
  readonly checksum: number;
}

export class StateAlarm {
  readonly #observer: ReplicaObserver;
  #own: readonly StateChecksum[] = [];
  readonly #reported = new Map<ServerId, readonly StateChecksum[]>();
  #mismatch: StateMismatch | undefined = undefined;

  constructor(observer: ReplicaObserver) {
    this.#observer = observer;
  }

  /** The first index at which states differed, and all servers that ever differed from this one. */
  get mismatch(): StateMismatch | undefined {
    return this.#mismatch;
  }

  computed(index: LogIndex, checksum: number): void {
    this.#own = [...this.#own, { index, checksum }].slice(-keptMax);
    for (const [from, reports] of this.#reported) {
      const report = reports.find((each) => each.index === index);
      if (report !== undefined) this.#compare(from, index, report.checksum === checksum);
    }
  }

  reported(from: ServerId, { index, checksum }: StateReport): void {
    const before = this.#reported.get(from) ?? [];
    this.#reported.set(from, [...before, { index, checksum }].slice(-keptMax));
    const own = this.#own.find((each) => each.index === index);
    if (own !== undefined) this.#compare(from, index, own.checksum === checksum);
  }

  #compare(from: ServerId, index: LogIndex, isSame: boolean): void {
    const servers = this.#mismatch?.servers ?? [];
    if (isSame || servers.includes(from)) return;
    this.#mismatch = { index: this.#mismatch?.index ?? index, servers: [...servers, from] };
    this.#observer({ type: 'stateMismatch', index, server: from });
  }
}
