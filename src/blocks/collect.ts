/**
 * Takes away blocks that no file names. A block that was put, or named as present, within the grace
 * time stays, whoever names it: its file may be on the way. Each store looks at the age in the very
 * moment in which it removes, so that a client that is told "present" can rely on it as on a `put`.
 */
import type { BlockCluster } from './block-cluster.js';
import type { BlockHash } from './block-hash.js';
import { BlockStoreError, type StoredBlock } from './block-store.js';

const pageBlocksMax = 1_000;

export interface CollectOptions {
  readonly cluster: BlockCluster;
  /** Named by files. */
  readonly referenced: ReadonlySet<BlockHash>;
  /** When reading these began, by the cluster's timer. What a file may name since is kept. */
  readonly referencedAtMs: number;
  readonly graceMs: number;
  /** Only counts what would go. */
  readonly dryRun: boolean;
}

/** Numbers of blocks, however many copies of them there are. */
export interface CollectReport {
  /** Blocks of stores that no file names, young ones included. */
  readonly unreferenced: number;
  /** Those of them that went, or would. */
  readonly removed: number;
  /** Of one copy of each of these. */
  readonly bytes: number;
  /** Why stores could not be looked through, or not to their end. */
  readonly refusals: readonly string[];
}

export async function collectBlocks(options: CollectOptions): Promise<CollectReport> {
  const unreferenced = new Set<BlockHash>();
  const removed = new Map<BlockHash, number>();
  const refusals: string[] = [];
  const { cluster, dryRun, graceMs, referencedAtMs } = options;
  // However long this takes, or sleeps: only what was old when the references were read may go, as
  // a file that was put since may name everything younger.
  const oldMs = (): number => graceMs + Math.max(0, cluster.timer.now() - referencedAtMs);
  const look = async (address: string, block: StoredBlock): Promise<void> => {
    unreferenced.add(block.hash);
    const goes = dryRun
      ? block.ageMs >= oldMs()
      : await cluster.storeAt(address).remove(block.hash, oldMs());
    if (goes) removed.set(block.hash, block.bytes);
  };
  const lookThrough = async (address: string): Promise<void> => {
    try {
      for await (const block of allBlocks(cluster, address)) {
        if (!options.referenced.has(block.hash)) await look(address, block);
      }
    } catch (error) {
      if (!(error instanceof BlockStoreError)) throw error;
      refusals.push(error.message);
    }
  };
  await Promise.all(cluster.addresses.map(lookThrough));
  const bytes = [...removed.values()].reduce((sum, more) => sum + more, 0);
  return { unreferenced: unreferenced.size, removed: removed.size, bytes, refusals };
}

async function* allBlocks(
  cluster: BlockCluster,
  address: string,
): AsyncGenerator<StoredBlock, void> {
  let after = '';
  for (;;) {
    const page = await cluster.storeAt(address).list(after, pageBlocksMax);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageBlocksMax) return;
    after = last.hash;
  }
}
