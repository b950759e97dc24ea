/**
 * Builds the block service of one process: its own store, in a folder, in S3 or in
 * memory, and for a server of a cluster all stores of the cluster as one, with what looks after
 * their copies.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asServerId, type ServerId } from '../base/ids.js';
import { phaseOf } from '../base/phase.js';
import { refusalText } from '../base/file-refusal.js';
import { BlockCluster } from '../blocks/block-cluster.js';
import type { BlockObserver } from '../blocks/block-event.js';
import type { BlockHash } from '../blocks/block-hash.js';
import type { BlockService } from '../blocks/block-service.js';
import { BlockStoreError, type BlockStore } from '../blocks/block-store.js';
import { CatchUp } from '../blocks/catch-up.js';
import { GuardedBlockStore, type BlockDoor } from '../blocks/guarded-block-store.js';
import { HandOff } from '../blocks/hand-off.js';
import { MemoryBlockStore } from '../blocks/memory-block-store.js';
import { OnlyBlockStore } from '../blocks/only-block-store.js';
import { ReplicatedBlockStore } from '../blocks/replicated-block-store.js';
import { Ring } from '../blocks/ring.js';
import { Scrub } from '../blocks/scrub.js';
import type { ServerProof } from '../client/rpc-connection.js';
import { RemoteBlockStore } from '../client/remote-block-store.js';
import type { Address, ClusterConfig, ClusterServer } from '../config/cluster-config.js';
import { blocksFolderName } from '../io/data-folder.js';
import { DiskBlockStore } from '../io/disk-block-store.js';
import { lockFolder } from '../io/folder-lock.js';
import { makeFolders } from '../io/make-folders.js';
import { systemBlockTimer } from '../io/system-block-timer.js';
import type { ClusterReplica } from '../rpc/method-services.js';
import { S3BlockStore } from '../s3/s3-block-store.js';
import { formatS3Place, type S3Place } from '../s3/s3-place.js';
import type { S3Event } from '../s3/s3-watch.js';
import { StorageError } from '../storage/storage.js';
import { StartError } from './start-error.js';

/** Where a process keeps blocks of its own. */
export type BlocksPlace =
  | { readonly kind: 'memory' }
  /** In the folder `blocks` of a data folder, which the caller has locked. */
  | { readonly kind: 'dataFolder'; readonly path: string; readonly fresh: boolean }
  /** In a folder of its own; this process locks it, or one round it. */
  | { readonly kind: 'folder'; readonly path: string; readonly lockPath?: string }
  /** A prefix of a bucket, which no other process uses. */
  | { readonly kind: 's3'; readonly place: S3Place; readonly observer: (event: S3Event) => void };

export interface OwnStore {
  readonly store: BlockStore;
  /** Gives the folder to the next process. */
  release(): Promise<void>;
}

const nowMs = (): number => systemBlockTimer.now();

/** Throws `StartError` when the folder cannot be used. `who` begins the message. */
export async function openOwnStore(place: BlocksPlace, who: string): Promise<OwnStore> {
  try {
    switch (place.kind) {
      case 'memory':
        return { store: new MemoryBlockStore(nowMs), release: () => Promise.resolve() };
      case 'dataFolder': {
        const folder = join(place.path, blocksFolderName);
        if (place.fresh) await rm(folder, { recursive: true, force: true });
        const store = await DiskBlockStore.open({ folder, now: nowMs });
        return { store, release: () => Promise.resolve() };
      }
      case 'folder':
        return await openFolder(place.path, place.lockPath ?? place.path, who);
      case 's3':
        return openBucket(place.place, place.observer);
    }
  } catch (error) {
    if (error instanceof StartError || !isRefusal(error)) throw error;
    const reason = refusalText('use', pathOf(place), error) ?? error.message;
    throw new StartError(`${who} cannot start: ${reason}`);
  }
}

function pathOf(place: BlocksPlace): string {
  switch (place.kind) {
    case 'memory':
      return 'memory';
    case 's3':
      return formatS3Place(place.place);
    default:
      return place.path;
  }
}

/** Whether the service can be asked is found out later: it may well be the last to start. */
function openBucket(place: S3Place, observer: (event: S3Event) => void): OwnStore {
  const store = S3BlockStore.open({ place, observer, timer: systemBlockTimer });
  return {
    store,
    release: () => {
      store.close();
      return Promise.resolve();
    },
  };
}

async function openFolder(folder: string, lockPath: string, who: string): Promise<OwnStore> {
  await makeFolders(lockPath);
  const lock = await lockFolder(lockPath);
  if (lock.kind === 'held') {
    throw new StartError(`${who} cannot start: ${lockPath} is in use by process ${lock.processId}`);
  }
  try {
    const store = await DiskBlockStore.open({ folder, now: nowMs });
    return { store, release: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Of the operating system, and not a bug. */
function isRefusal(error: unknown): error is Error {
  if (error instanceof BlockStoreError || error instanceof StorageError) return true;
  return error instanceof Error && 'syscall' in error;
}

/** Blocks of a process that knows of no other store. */
export function standAloneBlocks(store: BlockStore, address: string): BlockService {
  const ring = new Ring([address]);
  return {
    own: store,
    all: store,
    addresses: ring.addresses,
    ownersOf: (hash) => ring.ownersOf(hash),
  };
}

export interface ClusterBlocksOptions {
  readonly config: ClusterConfig;
  readonly server: ClusterServer;
  /** Undefined where the configuration names stores of their own. */
  readonly own: BlockStore | undefined;
  readonly proof: ServerProof;
  /** The replica of this server, whose crash switch and partition hold for blocks, too. */
  readonly replica: Pick<ClusterReplica, 'isCrashed' | 'partition'>;
  readonly observer: BlockObserver;
}

export interface OpenedBlocks {
  readonly service: BlockService;
  /** Ends all calls to other stores, and the care for copies. */
  close(): void;
}

/** The stores of a cluster as one server of it sees them. Copies are looked after from now on. */
export function openClusterBlocks(options: ClusterBlocksOptions): OpenedBlocks {
  const { config, server, own, observer } = options;
  const ring = new Ring(storesOf(config).map(({ address }) => address));
  const { stores, remotes } = connect(options);
  const cluster = new BlockCluster({
    ...{ ring, stores, timer: systemBlockTimer },
    ...(config.copies !== undefined && { copies: config.copies }),
  });
  const handOff = new HandOff({ cluster, observer });
  const catchUp = new CatchUp({ cluster, handOff, phase: phaseOf(server.id) });
  const scrub = new Scrub({ cluster, observer, isOurs: shareOf(options, ring) });
  for (const address of ring.addresses) catchUp.expect(address);
  // A bug in it is nobody's to catch: it stops the process.
  void scrub.run();
  return {
    service: {
      own,
      all:
        own !== undefined && ring.addresses.length === 1
          ? new OnlyBlockStore({ address: server.address, store: own, observer })
          : new ReplicatedBlockStore({ cluster, handOff, catchUp, observer }),
      addresses: ring.addresses,
      ownersOf: (hash) => ring.ownersOf(hash),
    },
    close: () => {
      scrub.stop();
      catchUp.close();
      handOff.close();
      for (const remote of remotes) remote.close();
    },
  };
}

function storesOf({ blocks, servers }: ClusterConfig): readonly Address[] {
  return blocks.length > 0 ? blocks : servers;
}

function connect(options: ClusterBlocksOptions): {
  readonly stores: ReadonlyMap<string, BlockStore>;
  readonly remotes: readonly RemoteBlockStore[];
} {
  const { config, server, own, proof, replica } = options;
  const stores = new Map<string, BlockStore>();
  const remotes: RemoteBlockStore[] = [];
  const add = (address: string, store: BlockStore, peer?: ServerId): void => {
    stores.set(address, new GuardedBlockStore(store, doorOf(replica, peer)));
  };
  for (const [index, { address, host, port }] of storesOf(config).entries()) {
    if (own !== undefined && address === server.address) {
      add(address, own);
      continue;
    }
    // The servers keep the blocks where nobody else does.
    const id = own === undefined ? index : (config.servers[index]?.id ?? index);
    const endpoint = { id, host, port };
    const from = own === undefined ? undefined : server.id;
    const remote = new RemoteBlockStore({ endpoint, from, ...proof });
    remotes.push(remote);
    add(address, remote, own === undefined ? undefined : asServerId(id));
  }
  return { stores, remotes };
}

const crashedReason = 'this server is crashed';
const cutReason = 'cut off by makeserverunreachablefrom';

/** `peer` is the server whose store it is; undefined for a store that is no server's, or ours. */
function doorOf(replica: ClusterBlocksOptions['replica'], peer: ServerId | undefined): BlockDoor {
  const shut = (isCut: (peer: ServerId) => boolean): string | undefined => {
    if (replica.isCrashed()) return crashedReason;
    return peer !== undefined && isCut(peer) ? cutReason : undefined;
  };
  return {
    whyNotSend: () => shut((id) => replica.partition.blocksSending(id)),
    whyNotHear: () => shut((id) => replica.partition.blocksReceiving(id)),
  };
}

/** The blocks that this server scrubs: those it owns first, or its share where it owns none. */
function shareOf(
  { config, server, own }: ClusterBlocksOptions,
  ring: Ring,
): (hash: BlockHash) => boolean {
  if (own !== undefined) return (hash) => ring.ownersOf(hash)[0] === server.address;
  const { servers } = config;
  const place = servers.findIndex(({ id }) => id === server.id);
  return (hash) => Number.parseInt(hash.slice(0, 8), 16) % servers.length === place;
}
