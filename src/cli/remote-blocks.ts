/** All block stores of a cluster, for whoever looks after them from outside. */
import { BlockCluster } from '../blocks/block-cluster.js';
import { Ring } from '../blocks/ring.js';
import type { ClusterClient } from '../client/cluster-client.js';
import { UnexpectedAnswer, Unreachable } from '../client/client-errors.js';
import { RemoteBlockStore } from '../client/remote-block-store.js';
import type { ServerProof } from '../client/rpc-connection.js';
import { parseAddress } from '../config/parse-address.js';
import { systemBlockTimer } from '../io/system-block-timer.js';
import type { XmlValue } from '../rpc/xml-value.js';
import { readClusterConfig } from './read-cluster-config.js';

/** So long a server may take to name the stores. */
const askMs = 2_000;

export interface RemoteBlocks {
  readonly cluster: BlockCluster;
  close(): void;
}

export interface RemoteBlocksOptions {
  /** The configuration file; undefined asks the servers, who do not tell how many copies. */
  readonly config: string | undefined;
  readonly client: ClusterClient;
  readonly proof: ServerProof;
}

export async function openRemoteBlocks(options: RemoteBlocksOptions): Promise<RemoteBlocks> {
  const { addresses, copies } = await findStores(options);
  const remotes = addresses.map((text, id) => {
    const parsed = parseAddress(text);
    if (parsed.kind === 'error') throw new UnexpectedAnswer(`a block store: ${parsed.problem}`);
    const { host, port } = parsed.address;
    return new RemoteBlockStore({ endpoint: { id, host, port }, ...options.proof });
  });
  const stores = new Map(addresses.map((address, at) => [address, remotes[at]]));
  const cluster = new BlockCluster({
    ring: new Ring(addresses),
    stores: stores as ReadonlyMap<string, RemoteBlockStore>,
    timer: systemBlockTimer,
    ...(copies !== undefined && { copies }),
  });
  return {
    cluster,
    close: () => {
      for (const remote of remotes) remote.close();
    },
  };
}

interface FoundStores {
  readonly addresses: readonly string[];
  readonly copies: number | undefined;
}

async function findStores({ config, client }: RemoteBlocksOptions): Promise<FoundStores> {
  if (config !== undefined) {
    const { blocks, servers, copies } = await readClusterConfig(config);
    const stores = blocks.length > 0 ? blocks : servers;
    return { addresses: stores.map(({ address }) => address), copies };
  }
  for (const server of client.servers) {
    const answer = await client.call(server, 'getblockstoreaddrs', [], AbortSignal.timeout(askMs));
    const value = answer.kind === 'value' ? answer.value : undefined;
    if (!Array.isArray(value)) continue;
    const addresses = value.filter((item: XmlValue) => typeof item === 'string');
    if (addresses.length > 0) return { addresses, copies: undefined };
  }
  throw new Unreachable('no server names the block stores');
}
