/**
 * The addresses from which the machines of a cluster call: those of its members, and this
 * machine's loopback. Names are looked up when somebody calls from an address that is not known,
 * but not more often than now and then, unless the members are others.
 */
export interface NeighboursOptions {
  /** Names and addresses of the members' machines, as they are now. */
  readonly hosts: () => readonly string[];
  /** The addresses of a name; rejects when there are none. */
  readonly lookUp: (host: string) => Promise<readonly string[]>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** Time between two look-ups of the names. */
const lookUpPauseMs = 5_000;

const loopback: readonly string[] = ['127.0.0.1', '::1'];

export class Neighbours {
  readonly #options: NeighboursOptions;
  #hosts: readonly string[] = [];
  #found: ReadonlySet<string> = new Set(loopback);
  #beganMs = -Infinity;
  #lookingUp: Promise<void> | undefined;

  constructor(options: NeighboursOptions) {
    this.#options = options;
  }

  /** Whether a call from this address comes from a machine of the cluster, as far as is known. */
  has(address: string): boolean {
    return this.#found.has(plainAddress(address));
  }

  /** Settles once the names have been looked up; undefined when that was done a moment ago. */
  lookAgain(): Promise<void> | undefined {
    if (this.#lookingUp !== undefined) return this.#lookingUp;
    const nowMs = this.#options.now();
    const hosts = [...new Set(this.#options.hosts())];
    const isSame =
      hosts.length === this.#hosts.length && hosts.every((h) => this.#hosts.includes(h));
    if (isSame && nowMs - this.#beganMs < lookUpPauseMs) return undefined;
    this.#beganMs = nowMs;
    this.#hosts = hosts;
    this.#lookingUp = this.#lookUp();
    return this.#lookingUp;
  }

  async #lookUp(): Promise<void> {
    // A name that cannot be looked up lets nobody in; its server cannot be reached either.
    const found = await Promise.all(
      this.#hosts.map((host) => this.#options.lookUp(host).catch((): readonly string[] => [])),
    );
    this.#found = new Set([...loopback, ...found.flat().map(plainAddress)]);
    this.#lookingUp = undefined;
  }
}

/** One spelling of an address: an IPv4 one that came over IPv6 is an IPv4 one. */
function plainAddress(address: string): string {
  const lower = address.toLowerCase();
  const mapped = '::ffff:';
  return lower.startsWith(mapped) && lower.includes('.') ? lower.slice(mapped.length) : lower;
}
