/**
 * Who belongs to the cluster, as a server knows it: by its log, and before that says anything of
 * this server, by its configuration file.
 */
import type { ServerId } from '../base/ids.js';
import { findMember, type Configuration } from '../raft/configuration.js';
import type { ReplicaStatus } from '../replica/replica-api.js';
import { readAddress, type ServerAddress } from './server-address.js';

/** What a server that was removed is told by those that know; it looks for these words. */
const removedWords = 'was removed from the cluster';

export interface ClusterMembersOptions {
  readonly serverId: ServerId;
  /** All servers that the configuration file says are there. */
  readonly file: readonly ServerAddress[];
  readonly status: () => ReplicaStatus;
}

export class ClusterMembers {
  readonly #options: ClusterMembersOptions;
  #known: { readonly configuration: Configuration; readonly all: readonly ServerAddress[] };

  constructor(options: ClusterMembersOptions) {
    this.#options = options;
    const configuration: Configuration = { members: [], nextId: 0 };
    this.#known = { configuration, all: options.file };
  }

  /** In order of their ids, which may have gaps; learners too, and this server unless removed. */
  get all(): readonly ServerAddress[] {
    const { serverId, file, status } = this.#options;
    const { configuration } = status();
    // One that was added, and whose log does not know it yet.
    if (serverId >= configuration.nextId) return file;
    if (this.#known.configuration !== configuration) {
      const all = configuration.members.map(({ id, address }) => readAddress(id, address));
      this.#known = { configuration, all };
    }
    return this.#known.all;
  }

  /** As the configuration file says. */
  get inFile(): readonly ServerAddress[] {
    return this.#options.file;
  }

  get others(): readonly ServerAddress[] {
    return this.all.filter(({ id }) => id !== this.#options.serverId);
  }

  /** Where servers of the cluster may call from: a joiner hears of newer ones in no other way. */
  get hosts(): readonly string[] {
    return [...new Set([...this.all, ...this.#options.file].map(({ host }) => host))];
  }

  /** Whether this server knows that `server` was removed, and that nothing takes it back. */
  wasRemoved(server: ServerId): boolean {
    return isRemoved(server, this.#options.status());
  }

  /** Whether this very server knows that it was removed, or another has told it so. */
  get isSelfRemoved(): boolean {
    return isSelfRemoved(this.#options.status());
  }
}

export function isSelfRemoved(status: ReplicaStatus): boolean {
  if (isRemoved(status.serverId, status)) return true;
  const mine = describeRemoval(status.serverId);
  return status.contacts.some(({ failure }) => failure?.includes(mine) === true);
}

/** What a call in the name of a removed server is told. */
export function describeRemoval(server: ServerId): string {
  return `server ${server} ${removedWords}`;
}

function isRemoved(server: ServerId, status: ReplicaStatus): boolean {
  const { configuration, isConfigurationCommitted } = status;
  if (!isConfigurationCommitted || server >= configuration.nextId) return false;
  return findMember(configuration, server) === undefined;
}
