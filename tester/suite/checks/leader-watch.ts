/**
 * Looks at who leads in which term, again and again, while something else goes on. Each sighting is
 * one answer of one server, so that two leaders of one term are a violation of Election Safety
 * (section 5.2 of the paper) however long apart they were seen.
 */
import { CheckFailure } from '../../cluster/check-outcome.js';
import type { Cluster } from '../../cluster/cluster.js';
import { isStruct } from '../../cluster/expectations.js';
import type { Server } from '../../wire/server.js';

/** Between two rounds of sightings. */
const roundMs = 20;

export class LeaderWatch {
  readonly #leaders = new Map<number, Server>();
  readonly #terms = new Map<Server, { readonly term: number; readonly knownAt: number }>();

  /** Looks closely at those who say that they lead; a state is too much to ask of all. */
  async lookAtLeaders(cluster: Cluster): Promise<void> {
    await this.#look(await cluster.leadersNow());
  }

  /** Looks closely at all servers; a failure also when the term of one fell. */
  async look(cluster: Cluster): Promise<void> {
    await this.#look(cluster.servers);
  }

  async #look(servers: readonly Server[]): Promise<void> {
    const askedAt = performance.now();
    const replies = await Promise.all(servers.map((server) => server.internalState()));
    for (const { server, answer } of replies) {
      if (answer.kind !== 'value' || !isStruct(answer.value)) continue;
      const { term, isLeader } = answer.value;
      if (typeof term !== 'number') continue;
      this.#noteTerm(server, term, askedAt);
      if (isLeader === true) this.#noteLeader(server, term);
    }
  }

  /** An answer that was asked for before the last one came may be the older of the two. */
  #noteTerm(server: Server, term: number, askedAt: number): void {
    const before = this.#terms.get(server);
    if (before === undefined || term >= before.term) {
      this.#terms.set(server, { term, knownAt: performance.now() });
      return;
    }
    if (askedAt < before.knownAt) return;
    throw new CheckFailure(`no term before ${before.term}`, `term ${term}`, server.label);
  }

  #noteLeader(server: Server, term: number): void {
    const known = this.#leaders.get(term) ?? server;
    this.#leaders.set(term, known);
    if (known === server) return;
    throw new CheckFailure(`one leader in term ${term}`, `${known.label} and ${server.label}`);
  }
}

/**
 * Does `work` under a watch; rejects at the first violation, without waiting for the work. The work
 * itself looks at all servers where that tells most.
 */
export async function underWatch(
  cluster: Cluster,
  work: (watch: LeaderWatch) => Promise<void>,
): Promise<void> {
  const watch = new LeaderWatch();
  let isDone = false;
  const looking = async (): Promise<void> => {
    while (!isDone) {
      await watch.lookAtLeaders(cluster);
      await cluster.pause(roundMs);
    }
    await watch.look(cluster);
  };
  const working = work(watch).finally(() => {
    isDone = true;
  });
  await Promise.all([working, looking()]);
}
