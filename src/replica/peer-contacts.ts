/**
 * When this server and each of its peers last heard of each other, for people who want to know who
 * is silent, since when and why. Nothing rests on it.
 */
import type { ServerId } from '../base/ids.js';
import type { PeerContact } from './replica-api.js';
import { tickMs } from './timing.js';

interface Contact {
  answeredTick: number | undefined;
  heardTick: number | undefined;
  failure: string | undefined;
}

export class PeerContacts {
  readonly #contacts = new Map<ServerId, Contact>();
  #now = 0;

  /** In the order in which the peers were first met. */
  get all(): readonly PeerContact[] {
    return [...this.#contacts].map(([serverId, contact]) => ({
      serverId,
      answeredMs: this.#since(contact.answeredTick),
      heardMs: this.#since(contact.heardTick),
      failure: contact.failure,
    }));
  }

  /** Forgets everything: for so long nothing could be heard that old times would mislead. */
  clear(): void {
    this.#contacts.clear();
  }

  tick(): void {
    this.#now += 1;
  }

  /** A call of this peer came in. */
  heard(from: ServerId): void {
    this.#contact(from).heardTick = this.#now;
  }

  /** The peer answered a call of this server. */
  answered(from: ServerId): void {
    const contact = this.#contact(from);
    contact.answeredTick = this.#now;
    contact.failure = undefined;
  }

  /** A call to the peer found no answer. */
  failed(peer: ServerId, reason: string): void {
    this.#contact(peer).failure = reason;
  }

  #contact(peer: ServerId): Contact {
    const known = this.#contacts.get(peer);
    if (known !== undefined) return known;
    const made: Contact = { answeredTick: undefined, heardTick: undefined, failure: undefined };
    this.#contacts.set(peer, made);
    return made;
  }

  #since(tick: number | undefined): number | undefined {
    return tick === undefined ? undefined : (this.#now - tick) * tickMs;
  }
}
