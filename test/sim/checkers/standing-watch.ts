/**
 * A server that forgot something counts again only when nothing of that can matter any more
 * (docs/decisions/0008-standing.md), whatever its disk says of itself.
 */
import { assert } from '../../../src/base/assert.js';
import type { ServerId } from '../../../src/base/ids.js';
import type { Standing } from '../../../src/raft/effects.js';
import type { PeerReply } from '../../../src/replica/peer-transport.js';
import type { StorageWrite } from '../../../src/storage/storage.js';
import type { SimServer } from '../sim-server.js';
import type { SimWorld, WorldObserver } from '../sim-world.js';
import type { CommittedLog } from './committed-log.js';

export class StandingWatch implements WorldObserver {
  readonly #world: SimWorld;
  readonly #committed: CommittedLog;
  readonly #standings = new Map<ServerId, Standing>();
  /** Who belonged to the cluster when a server's present process started. */
  readonly #membersAtStart = new Map<ServerId, readonly ServerId[]>();
  /** Who answered a server's `Join` in its present process. */
  readonly #answered = new Map<ServerId, Set<ServerId>>();

  constructor(world: SimWorld, committed: CommittedLog) {
    this.#world = world;
    this.#committed = committed;
  }

  requestLeaves(): void {
    // Only answers to `Join` are of interest.
  }

  responseLeaves(): void {
    // Only what arrives is of interest.
  }

  responseArrives(from: ServerId, to: ServerId, response: PeerReply): void {
    if (response.type === 'join') this.#answersTo(to).add(from);
  }

  restored(server: ServerId): void {
    this.#answered.delete(server);
    this.#standings.delete(server);
    this.#membersAtStart.set(
      server,
      this.#world.members.map(({ id }) => id),
    );
  }

  written(id: ServerId, { hardState }: StorageWrite): void {
    if (hardState === undefined) return;
    const before = this.#standings.get(id) ?? 'joining';
    this.#standings.set(id, hardState.standing);
    const server = this.#world.server(id);
    const counts = hardState.standing === 'founding' || hardState.standing === 'member';
    if (!counts || server.forgotten === undefined) return;
    if (before === 'founding' || before === 'member') return;
    this.#checkReturn(server, before);
    const isVoteKnown = hardState.votedFor !== undefined;
    assert(isVoteKnown, () => `server ${id} is a member again with a vote to give in its term`);
  }

  stepped(): void {
    // Standing changes by writes.
  }

  #checkReturn(server: SimServer, before: Standing): void {
    const { id, durable, forgotten } = server;
    assert(
      before === 'refilling',
      () => `server ${id} forgot something, and counts as if it were new`,
    );
    const asked = this.#membersAtStart.get(id) ?? [];
    const unheard = this.#world.members.filter((other) => {
      // Who was added since may have come behind the decision.
      return other !== server && asked.includes(other.id) && !this.#answersTo(id).has(other.id);
    });
    assert(unheard.length === 0, () => `server ${id} counts again, and has not heard all others`);
    for (const entry of this.#committed.entries) {
      const isOwed = forgotten?.holds(entry) === true && !durable.holds(entry);
      assert(!isOwed, () => `server ${id} counts again, and lacks committed entry ${entry.index}`);
    }
  }

  #answersTo(server: ServerId): Set<ServerId> {
    const known = this.#answered.get(server) ?? new Set();
    this.#answered.set(server, known);
    return known;
  }
}
