/**
 * The configurations that a server's log holds. The newest one in the log is in force, committed or
 * not (thesis, section 4.1); one that is cut off gives way to the one before.
 */
import { assert, must } from '../base/assert.js';
import { asLogIndex, type LogIndex, type ServerId } from '../base/ids.js';
import { decodeConfiguration, type Configuration, type Member } from './configuration.js';
import type { Entry } from './messages.js';

interface Placed {
  /** Index of its entry; for the first of the list one through which it is known to be in force. */
  readonly index: LogIndex;
  /** Payload of its entry; empty for the founders' configuration, which has none. */
  readonly bytes: Uint8Array;
  readonly configuration: Configuration;
}

export interface MembershipOptions {
  readonly id: ServerId;
  /** In force before any entry says otherwise. */
  readonly founding: Configuration;
  /** The one in force at `index`, encoded; empty for the founders'. */
  readonly bytes: Uint8Array;
  readonly index: LogIndex;
}

export class Membership {
  readonly #id: ServerId;
  readonly #founding: Configuration;
  /** In order of index, never empty. */
  #placed: Placed[];
  #current!: Configuration;
  #peers: readonly ServerId[] = [];
  #voters: ReadonlySet<ServerId> = new Set();
  #quorum = 1;

  constructor({ id, founding, bytes, index }: MembershipOptions) {
    this.#id = id;
    this.#founding = founding;
    this.#placed = [this.#place(index, bytes)];
    this.#takeOver();
  }

  /** The newest configuration of the log: the one in force. */
  get current(): Configuration {
    return this.#current;
  }

  /** Index of its entry; 0, or that of a snapshot, when it has none in the log. */
  get index(): LogIndex {
    return this.#newest.index;
  }

  /** All other servers of the configuration in force, learners too. */
  get peers(): readonly ServerId[] {
    return this.#peers;
  }

  /** How many voters make a majority. */
  get quorum(): number {
    return this.#quorum;
  }

  /** Whether this server is the only one that is counted. */
  get isAlone(): boolean {
    return this.#voters.size === 1 && this.isVoter(this.#id);
  }

  /** Whether `server` is counted in the configuration in force. */
  isVoter(server: ServerId): boolean {
    return this.#voters.has(server);
  }

  isMember(server: ServerId): boolean {
    return server === this.#id ? this.#has(server) : this.#peers.includes(server);
  }

  /** Whether this server is one of those who began the cluster, as its configuration file says. */
  get isFounder(): boolean {
    return this.#founding.members.some(({ id }) => id === this.#id);
  }

  /** The configuration of the log through `index`. */
  at(index: LogIndex): Configuration {
    return this.#placedAt(index).configuration;
  }

  /** The same, encoded; empty for the founders'. */
  bytesAt(index: LogIndex): Uint8Array {
    return this.#placedAt(index).bytes;
  }

  /** Whether this server belongs to the cluster as its log says through `index`. */
  includesSelfAt(index: LogIndex): boolean {
    return this.at(index).members.some(({ id }) => id === this.#id);
  }

  /** All of the configuration of the log through `index`, and of those behind it. */
  membersSince(index: LogIndex): readonly Member[] {
    return [...new Map(this.#everySince(index).map((member) => [member.id, member])).values()];
  }

  /** Whether this server is counted in any of them. */
  isVoterSince(index: LogIndex): boolean {
    return this.#everySince(index).some(({ id, voter }) => voter && id === this.#id);
  }

  /** The same, without this server. */
  othersSince(index: LogIndex): readonly ServerId[] {
    const ids = this.membersSince(index).map(({ id }) => id);
    return ids.filter((id) => id !== this.#id);
  }

  /** Entries that were appended. Returns whether another configuration is in force. */
  append(entries: readonly Entry[]): boolean {
    let changed = false;
    for (const { kind, index, payload } of entries) {
      if (kind !== 'configuration' || index <= this.index) continue;
      this.#placed.push(this.#place(index, payload));
      changed = true;
    }
    if (changed) this.#takeOver();
    return changed;
  }

  /** The log lost its entries from `index` on. Returns whether that changed the configuration. */
  truncateFrom(index: LogIndex): boolean {
    const kept = this.#placed.filter((placed, at) => at === 0 || placed.index < index);
    if (kept.length === this.#placed.length) return false;
    this.#placed = kept;
    this.#takeOver();
    return true;
  }

  /** What was in force before `index`, which is committed, is of no use any more. */
  compactThrough(index: LogIndex): void {
    const first = this.#placed.findLastIndex((placed) => placed.index <= index);
    if (first > 0) this.#placed = this.#placed.slice(first);
  }

  /**
   * A snapshot through `index` takes the place of the log up to there, and of all of it unless the
   * log goes on behind. Returns whether another configuration is in force.
   */
  install(index: LogIndex, bytes: Uint8Array, keepsLog: boolean): boolean {
    const before = this.#newest;
    const later = keepsLog ? this.#placed.filter((placed) => placed.index > index) : [];
    this.#placed = [this.#place(index, bytes), ...later];
    this.#takeOver();
    return !isSame(before.bytes, this.#newest.bytes);
  }

  #everySince(index: LogIndex): readonly Member[] {
    const later = this.#placed.filter((placed) => placed.index > index);
    return [this.#placedAt(index), ...later].flatMap(({ configuration }) => configuration.members);
  }

  get #newest(): Placed {
    return must(this.#placed.at(-1), 'there is a configuration');
  }

  #placedAt(index: LogIndex): Placed {
    const found = this.#placed.findLast((placed) => placed.index <= index);
    return must(found ?? this.#placed[0], 'there is a configuration');
  }

  #place(index: LogIndex, bytes: Uint8Array): Placed {
    const configuration = bytes.length === 0 ? this.#founding : decodeConfiguration(bytes);
    return { index: asLogIndex(index), bytes, configuration };
  }

  #has(server: ServerId): boolean {
    return this.#current.members.some(({ id }) => id === server);
  }

  #takeOver(): void {
    const { members } = (this.#current = this.#newest.configuration);
    this.#peers = members.filter(({ id }) => id !== this.#id).map(({ id }) => id);
    this.#voters = new Set(members.filter(({ voter }) => voter).map(({ id }) => id));
    this.#quorum = Math.floor(this.#voters.size / 2) + 1;
    assert(this.#voters.size > 0, 'a cluster has a voter');
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
