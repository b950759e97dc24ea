/**
 * Committed is durable on a majority of disks: not as storages say, but as a recovery would find
 * it if the power of all servers went now. To recover after every event would be slow, so the
 * models of what was acknowledged are held against the disks at moments drawn by chance, and at
 * every start of a process.
 */
import { assert } from '../../../src/base/assert.js';
import type { ServerId } from '../../../src/base/ids.js';
import type { Configuration } from '../../../src/raft/configuration.js';
import type { Entry } from '../../../src/raft/messages.js';
import type { RecoveredState } from '../../../src/storage/storage.js';
import { diskOver } from '../disk/disk-over.js';
import { openSimStorage } from '../open-sim-storage.js';
import type { SimRandom } from '../sim-random.js';
import type { SimServer } from '../sim-server.js';
import type { SimWorld, WorldObserver } from '../sim-world.js';

export class DurabilityWatch implements WorldObserver {
  readonly #world: SimWorld;
  readonly #random: SimRandom;
  /** Probability that a commit is held against the disks. */
  readonly #lookProbability: number;

  constructor(world: SimWorld, random: SimRandom, lookProbability: number) {
    this.#world = world;
    this.#random = random;
    this.#lookProbability = lookProbability;
  }

  requestLeaves(): void {
    // Only disks are of interest.
  }

  responseLeaves(): void {
    // Only disks are of interest.
  }

  written(): void {
    // What was written is in the model.
  }

  stepped(): void {
    // Disks are looked at now and then.
  }

  /** What a recovery found is durable, from the moment it says so. */
  restored(id: ServerId): void {
    this.#world.soonCheck(() => checkDisk(this.#world.server(id)));
  }

  /**
   * The entry was just seen to be committed, by a server whose configurations these were then: the
   * one in force may be newer than the one by which it counted.
   */
  committed(entry: Entry, configurations: readonly Configuration[]): void {
    const { servers } = this.#world;
    const holders = servers.filter((server) => server.hasPromised(entry)).map(({ id }) => id);
    const isMajority = configurations.some(({ members }) => {
      const voters = members.filter(({ voter }) => voter);
      return voters.filter(({ id }) => holders.includes(id)).length > voters.length / 2;
    });
    assert(
      isMajority,
      () => `entry ${entry.index} is committed, and durable on ${holders.join(', ')} only`,
    );
    if (!this.#random.chance(this.#lookProbability)) return;
    for (const server of servers) this.#world.soonCheck(() => checkDisk(server));
  }
}

/** Throws unless what the server's storage acknowledged survives a power cut at this moment. */
async function checkDisk(server: SimServer): Promise<void> {
  if (server.damage !== 'none') return;
  const recovered = await recoverAfterPowerCut(server);
  server.durable.check(recovered, `server ${server.id}, were its power cut now`);
}

async function recoverAfterPowerCut({ disk, identity }: SimServer): Promise<RecoveredState> {
  const contents = disk.contents.durableOnly();
  const still = diskOver(contents, ({ work }) => Promise.resolve(work()));
  const incarnation = '0'.repeat(32);
  const { recovered, storage } = await openSimStorage({ disk: still, identity, incarnation });
  await storage.close();
  return recovered;
}
