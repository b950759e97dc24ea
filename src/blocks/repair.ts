/**
 * Reads and hashes every copy of every block, and mends what is wrong. One block at a time is held
 * in memory, or a few; how many there are does not matter.
 */
import type { BlockCluster } from './block-cluster.js';
import type { BlockObserver } from './block-event.js';
import type { BlockHash } from './block-hash.js';
import { checkCopies, missingOwners } from './check-copies.js';
import type { CheckedCopies } from './check-copies.js';
import { BlockStoreError } from './block-store.js';
import { mergedListing, newTallies } from './merged-listing.js';
import type { ListedBlock, StoreTally } from './merged-listing.js';

/** Blocks that are read side by side when nobody paces the work. */
const blocksAtOnceMax = 4;

export interface RepairOptions {
  readonly cluster: BlockCluster;
  readonly observer: BlockObserver;
  /** Blocks that files name: one that no store has is lost, and not only unknown. */
  readonly referenced?: Iterable<BlockHash>;
  /** Leaves out the blocks for which it is false: others take care of them. */
  readonly isOurs?: (hash: BlockHash) => boolean;
  /** Called after each block with the bytes that were read; false ends the work. */
  readonly pace?: (bytes: number) => Promise<boolean>;
}

/** Numbers are of copies, not of blocks. */
export interface RepairReport {
  /**
   * Of `verifyBlocks`: all stores answered, and no copy is bad. Of `repairBlocks`: nothing is lost;
   * what could not be mended because a store did not answer is mended later.
   */
  readonly ok: boolean;
  readonly stores: readonly Readonly<StoreTally>[];
  /** Copies whose bytes were read and hashed. */
  readonly checked: number;
  readonly damaged: number;
  /** Owners that answer and have no copy. */
  readonly missing: number;
  /** Damaged and missing copies that were replaced, or taken away where they are not wanted. */
  readonly repaired: number;
  /** Blocks without a good copy on any store that answers. */
  readonly lost: readonly BlockHash[];
}

export async function verifyBlocks(options: RepairOptions): Promise<RepairReport> {
  const report = await new RepairRun(options, false).finish();
  const bad = report.damaged + report.missing + report.lost.length;
  return { ...report, ok: bad === 0 && report.stores.every(({ reachable }) => reachable) };
}

/** As `verifyBlocks`; also replaces what is bad, and takes away what owners have no need of. */
export async function repairBlocks(options: RepairOptions): Promise<RepairReport> {
  const report = await new RepairRun(options, true).finish();
  return { ...report, ok: report.lost.length === 0 };
}

class RepairRun {
  readonly #options: RepairOptions;
  readonly #mends: boolean;
  readonly #tallies: readonly StoreTally[];
  /** Blocks that files name and that have not been met. */
  readonly #unmet: Set<BlockHash>;
  #checked = 0;
  #damaged = 0;
  #missing = 0;
  #repaired = 0;
  readonly #lost: BlockHash[] = [];

  constructor(options: RepairOptions, mends: boolean) {
    this.#options = options;
    this.#mends = mends;
    this.#tallies = newTallies(options.cluster);
    this.#unmet = new Set(options.referenced ?? []);
  }

  async finish(): Promise<Omit<RepairReport, 'ok'>> {
    const listed = mergedListing(this.#options.cluster, this.#tallies);
    if (await this.#checkAll(listed)) await this.#checkAll(this.#unlisted());
    return {
      stores: this.#tallies,
      checked: this.#checked,
      damaged: this.#damaged,
      missing: this.#missing,
      repaired: this.#repaired,
      lost: this.#lost.sort(),
    };
  }

  async *#unlisted(): AsyncGenerator<ListedBlock> {
    for (const hash of this.#unmet) yield await Promise.resolve({ hash, holders: [] });
  }

  /** Returns whether it came to the end. */
  async #checkAll(blocks: AsyncIterable<ListedBlock>): Promise<boolean> {
    const atOnce = this.#options.pace === undefined ? blocksAtOnceMax : 1;
    let batch: ListedBlock[] = [];
    for await (const block of blocks) {
      if (this.#options.isOurs?.(block.hash) === false) continue;
      batch.push(block);
      if (batch.length < atOnce) continue;
      if (!(await this.#checkBatch(batch))) return false;
      batch = [];
    }
    return this.#checkBatch(batch);
  }

  async #checkBatch(blocks: readonly ListedBlock[]): Promise<boolean> {
    const bytes = await Promise.all(blocks.map((block) => this.#checkOne(block)));
    const total = bytes.reduce((sum, more) => sum + more, 0);
    return (await this.#options.pace?.(total)) ?? true;
  }

  /** Returns the bytes that were read. */
  async #checkOne({ hash, holders }: ListedBlock): Promise<number> {
    const { cluster, observer } = this.#options;
    const copies = await checkCopies({ cluster, hash, holders, tallies: this.#tallies });
    const isThere = copies.good.size + copies.damaged.size > 0;
    // Taken away since its name was listed; if a file names it, it is looked for at the end.
    if (!isThere && holders.length > 0) return 0;
    this.#unmet.delete(hash);
    const missing = missingOwners(cluster, hash, copies);
    this.#checked += copies.good.size + copies.damaged.size;
    this.#damaged += copies.damaged.size;
    this.#missing += missing.length;
    for (const address of copies.damaged) observer({ type: 'damaged', address, hash });
    for (const address of missing) observer({ type: 'missing', address, hash });
    if (copies.bytes === undefined) {
      this.#lost.push(hash);
      return 0;
    }
    if (this.#mends) await this.#mend(hash, copies, copies.bytes);
    return copies.bytes.length * copies.good.size;
  }

  async #mend(hash: BlockHash, copies: CheckedCopies, bytes: Uint8Array): Promise<void> {
    const { cluster } = this.#options;
    const owners = cluster.ownersOf(hash);
    const good = new Set(copies.good);
    const replace = async (address: string): Promise<void> => {
      if (await this.#replace(address, hash, bytes)) good.add(address);
    };
    const missing = missingOwners(cluster, hash, copies);
    const damaged = owners.filter((address) => copies.damaged.has(address));
    await Promise.all([...missing, ...damaged].map(replace));
    const others = [...copies.good, ...copies.damaged].filter((at) => !owners.includes(at));
    if (owners.every((address) => good.has(address))) {
      for (const address of others) await this.#takeAway(address, hash, copies);
      return;
    }
    // As long as an owner lacks its copy, those of others are wanted, and are to be good ones.
    await Promise.all(others.filter((address) => copies.damaged.has(address)).map(replace));
  }

  async #replace(address: string, hash: BlockHash, bytes: Uint8Array): Promise<boolean> {
    const { cluster, observer } = this.#options;
    try {
      await cluster.storeAt(address).put(hash, bytes);
    } catch (error) {
      if (!(error instanceof BlockStoreError)) throw error;
      observer({ type: 'not-repaired', address, hash, reason: error.message });
      return false;
    }
    this.#repaired += 1;
    observer({ type: 'repaired', address, hash });
    return true;
  }

  async #takeAway(address: string, hash: BlockHash, copies: CheckedCopies): Promise<void> {
    try {
      const removed = await this.#options.cluster.storeAt(address).remove(hash, 0);
      if (removed && copies.damaged.has(address)) this.#repaired += 1;
    } catch (error) {
      // A copy too many does no harm: the next run finds it again.
      if (!(error instanceof BlockStoreError)) throw error;
    }
  }
}
