/**
 * The time for which a server leads in one term. When a majority is back another server may be
 * elected; then, and only then, a call that waited may end by a fault: a read because its leader
 * leads no longer, an update because it was replaced.
 */
import type { Cluster } from '../../cluster/cluster.js';
import { termOf } from '../../cluster/server-state.js';
import type { Reply, Server } from '../../wire/server.js';

export class Tenure {
  readonly #cluster: Cluster;
  readonly #leader: Server;
  readonly #term: unknown;

  private constructor(cluster: Cluster, leader: Server, term: unknown) {
    this.#cluster = cluster;
    this.#leader = leader;
    this.#term = term;
  }

  static async of(cluster: Cluster, leader: Server): Promise<Tenure> {
    return new Tenure(cluster, leader, await termOf(cluster, leader));
  }

  /** To be asked when all calls have ended: tells of each reply whether it is such a fault. */
  async excuses(): Promise<(reply: Reply) => boolean> {
    const [leads] = await this.#cluster.leadersNow([this.#leader]);
    const hasLasted =
      leads !== undefined && (await termOf(this.#cluster, this.#leader)) === this.#term;
    return ({ answer }) => !hasLasted && answer.kind === 'fault';
  }
}
