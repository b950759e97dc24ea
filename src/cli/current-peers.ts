/**
 * The other servers of the cluster, for those who ask with every update: read from the log again
 * only when something may have changed there.
 */
import type { ServerId } from '../base/ids.js';
import type { ReplicaEvent } from '../replica/observer.js';
import type { ServerAddress } from '../rpc/server-address.js';

export class CurrentPeers {
  #read: () => readonly ServerAddress[];
  #all: readonly ServerAddress[];
  #ids: readonly ServerId[] = [];
  #isStale = true;

  /** `first`: as the configuration file has them. */
  constructor(first: readonly ServerAddress[]) {
    this.#read = () => first;
    this.#all = first;
  }

  /** From now on `read` says who they are. */
  readFrom(read: () => readonly ServerAddress[]): void {
    this.#read = read;
    this.#isStale = true;
  }

  observe(event: ReplicaEvent): void {
    const changes = event.type === 'raft' && event.note.type === 'membersChanged';
    if (changes || event.type === 'storageReturned') this.#isStale = true;
  }

  get all(): readonly ServerAddress[] {
    this.#refresh();
    return this.#all;
  }

  get ids(): readonly ServerId[] {
    this.#refresh();
    return this.#ids;
  }

  #refresh(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#all = this.#read();
    this.#ids = this.#all.map(({ id }) => id);
  }
}
