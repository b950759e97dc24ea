/** The cluster of a front over the network. */
import { must } from '../../base/assert.js';
import { ClusterClient } from '../../client/cluster-client.js';
import type { ServerEndpoint, ServerProof } from '../../client/rpc-connection.js';
import { SiteServer } from '../../client/site-server.js';
import type { SiteRead, SiteUpdated } from '../../site/site-call.js';
import type { SiteCommand } from '../../site/site-command.js';
import { writeMsMax } from './front-limits.js';
import type { SiteCluster, SiteQuestion } from './site-cluster.js';

/**
 * A leader that says nothing for so long makes a change look for another one. One that has gone is
 * noticed at once; one that is only busy must not be asked the same again and again.
 */
const silenceMs = 1_000;

export class NetworkSiteCluster implements SiteCluster {
  readonly servers: readonly number[];
  readonly #readers: ReadonlyMap<number, SiteServer>;
  readonly #client: ClusterClient;

  /** `proof` opens the door of a cluster that guards its inside. */
  constructor(servers: readonly ServerEndpoint[], proof: ServerProof) {
    this.servers = servers.map(({ id }) => id);
    this.#readers = new Map(servers.map((server) => [server.id, new SiteServer(server, proof)]));
    this.#client = new ClusterClient(servers, { timeoutMs: writeMsMax, silenceMs, ...proof });
  }

  read(
    server: number,
    { query, atLeastIndex }: SiteQuestion,
    timeoutMs: number,
  ): Promise<SiteRead> {
    const reader = must(this.#readers.get(server), 'a server of this cluster');
    return reader.read(query, atLeastIndex, timeoutMs);
  }

  update(command: SiteCommand, signal: AbortSignal): Promise<SiteUpdated> {
    return this.#client.updateSite(command, signal);
  }

  close(): void {
    this.#client.close();
    for (const reader of this.#readers.values()) reader.close();
  }
}
