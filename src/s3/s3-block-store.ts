/**
 * A block store in an S3 bucket. A block is one object of bare bytes, `PREFIX/HASH`; what else lies
 * there is not ours, and neither read nor removed. One process uses a prefix at a time: S3 has no
 * lock that would see to it.
 *
 * Not promised: what S3 was asked to remove when it fell silent, it may remove later.
 */
import { hashInTurns, isBlockHash, type BlockHash } from '../blocks/block-hash.js';
import type { BlockStore, ReadBlock, StoredBlock } from '../blocks/block-store.js';
import type { BlockTimer } from '../blocks/block-timer.js';
import { KeyLocks } from '../blocks/key-locks.js';
import type { S3ConnectionTimes } from './s3-connection.js';
import { S3Client, s3KeysPerPageMax } from './s3-client.js';
import type { S3ListedObject } from './s3-documents.js';
import type { S3Place } from './s3-place.js';
import { S3Watch, type S3Event } from './s3-watch.js';
import { TouchTimes } from './touch-times.js';

export interface S3BlockStoreOptions {
  readonly place: S3Place;
  readonly timer: BlockTimer;
  readonly observer: (event: S3Event) => void;
  readonly times?: S3ConnectionTimes;
  /** Before each further try of a request. */
  readonly pausesMs?: readonly number[];
  /** Between questions to a service that fails. */
  readonly askedAgainMs?: number;
}

/** No call can carry more; a larger object is no block, and is not read to find that out. */
const objectBytesMax = 64 * 1024 * 1024;

/** Of more blocks than that it is cheaper to list names than to ask for each. */
const askedOneByOneMax = 100;

/** Parts of a long question that are answered side by side. */
const listingsAtOnce = 8;

/** A million objects of others before the next block are somebody else's folder. */
const fruitlessPagesMax = 1_000;

export class S3BlockStore implements BlockStore {
  readonly #client: S3Client;
  readonly #timer: BlockTimer;
  readonly #watch: S3Watch;
  /** Empty, or with a slash at its end. */
  readonly #keyPrefix: string;
  readonly #locks = new KeyLocks();
  readonly #touches: TouchTimes;
  /** Removals that are under way. */
  readonly #removals = new Map<BlockHash, Promise<unknown>>();
  /** Whether the service is taken to know puts that replace nothing. */
  #knowsNewPuts = true;

  private constructor(options: S3BlockStoreOptions) {
    const { place, timer, observer, askedAgainMs } = options;
    this.#client = new S3Client(options);
    this.#timer = timer;
    this.#keyPrefix = place.prefix === '' ? '' : `${place.prefix}/`;
    this.#touches = new TouchTimes({ openedAtMs: timer.now() });
    this.#watch = new S3Watch({
      ...{ timer, observer, probe: () => this.#pageOf('', 1) },
      ...(askedAgainMs !== undefined && { askedAgainMs }),
    });
  }

  /** Does not wait for the service: the observer hears whether it does what it is asked. */
  static open(options: S3BlockStoreOptions): S3BlockStore {
    const store = new S3BlockStore(options);
    store.#watch.begin();
    return store;
  }

  /** Ends everything; calls in progress fail. */
  close(): void {
    this.#watch.close();
    this.#client.close();
  }

  put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    this.#touch(hash);
    return this.#locks.run(hash, () =>
      this.#watch.over(async () => {
        await this.#put(hash, bytes);
        this.#touch(hash);
      }),
    );
  }

  get(hash: BlockHash): Promise<ReadBlock> {
    return this.#watch.over(async () => {
      const read = await this.#client.get(this.#keyOf(hash), objectBytesMax);
      if (read.kind === 'missing') return read;
      if (read.kind === 'too long') return { kind: 'damaged' };
      return (await hashInTurns(read.bytes)) === hash ? read : { kind: 'damaged' };
    });
  }

  async present(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    const asked = [...new Set(hashes)].sort();
    // First of all they become young: a removal that begins now finds them so. Those that have
    // begun are waited for.
    for (const hash of asked) this.#touch(hash);
    await Promise.allSettled(asked.flatMap((hash) => this.#removals.get(hash) ?? []));
    return this.#watch.over(async () => {
      const isShort = asked.length <= askedOneByOneMax;
      return isShort ? this.#presentByName(asked) : this.#presentByListing(asked);
    });
  }

  async list(after: string, limit: number): Promise<readonly StoredBlock[]> {
    return this.#watch.over(() => this.#pageOf(after, limit));
  }

  remove(hash: BlockHash, minAgeMs: number): Promise<boolean> {
    return this.#locks.run(hash, async () => {
      const removal = this.#watch.over(() => this.#remove(hash, minAgeMs));
      this.#removals.set(hash, removal);
      try {
        return await removal;
      } finally {
        this.#removals.delete(hash);
      }
    });
  }

  #touch(hash: BlockHash): void {
    this.#touches.touch(hash, this.#timer.now());
  }

  #keyOf(hash: BlockHash): string {
    return `${this.#keyPrefix}${hash}`;
  }

  async #put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    const key = this.#keyOf(hash);
    if (this.#knowsNewPuts) {
      const outcome = await this.#client.putNew(key, bytes, hash);
      if (outcome === 'put') return;
      if (outcome === 'not known') this.#knowsNewPuts = false;
    }
    const read = await this.#client.get(key, objectBytesMax);
    const isGood = read.kind === 'found' && Buffer.compare(read.bytes, bytes) === 0;
    if (!isGood) await this.#client.put(key, bytes, hash);
  }

  async #remove(hash: BlockHash, minAgeMs: number): Promise<boolean> {
    const key = this.#keyOf(hash);
    const found = await this.#client.describe(key);
    // Looked at after the answer: whoever named the block meanwhile has saved it.
    if (found === undefined || this.#ageMs(hash, found.modifiedAtMs) < minAgeMs) return false;
    await this.#client.remove(key);
    return true;
  }

  async #presentByName(asked: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    const found = await Promise.all(
      asked.map(async (hash) => ((await this.#client.exists(this.#keyOf(hash))) ? [hash] : [])),
    );
    return new Set(found.flat());
  }

  /** `asked` is in order; each part of it is walked along the listing. */
  async #presentByListing(asked: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    const found = new Set<BlockHash>();
    const length = Math.ceil(asked.length / listingsAtOnce);
    const parts = Array.from({ length: listingsAtOnce }, (_, index) =>
      asked.slice(index * length, (index + 1) * length),
    );
    await Promise.all(parts.map((part) => this.#findListed(part, found)));
    return found;
  }

  async #findListed(asked: readonly BlockHash[], found: Set<BlockHash>): Promise<void> {
    let next = 0;
    for (let first = asked[0]; first !== undefined; first = asked[next]) {
      const page = await this.#pageOf(justBefore(first), s3KeysPerPageMax);
      const listed = new Set(page.map(({ hash }) => hash));
      const last = page.length < s3KeysPerPageMax ? undefined : page.at(-1)?.hash;
      for (; next < asked.length; next += 1) {
        const hash = asked[next];
        if (hash === undefined || (last !== undefined && hash > last)) break;
        if (listed.has(hash)) found.add(hash);
      }
    }
  }

  async #pageOf(after: string, limit: number): Promise<readonly StoredBlock[]> {
    const blocks: StoredBlock[] = [];
    const prefix = this.#keyPrefix;
    const start = after === '' ? '' : `${prefix}${after}`;
    let continuation: string | undefined;
    for (let fruitless = 0; fruitless < fruitlessPagesMax; fruitless += 1) {
      const wanted = limit - blocks.length;
      const page = await this.#client.list({ prefix, after: start, limit: wanted, continuation });
      for (const object of page.objects) {
        const block = this.#described(object);
        if (block === undefined) continue;
        if (block.hash <= (blocks.at(-1)?.hash ?? after)) throw this.#badList('is not in order');
        blocks.push(block);
        fruitless = 0;
      }
      ({ continuation } = page);
      if (continuation === undefined || blocks.length >= limit) return blocks.slice(0, limit);
    }
    throw this.#badList(`has ${fruitlessPagesMax} pages in a row without a block`);
  }

  #badList(what: string): Error {
    return this.#client.failure('list', `its list ${what}; check --blocks and --s3-endpoint`);
  }

  /** Undefined for what is not ours. */
  #described({ key, bytes, modifiedAtMs }: S3ListedObject): StoredBlock | undefined {
    const hash = key.slice(this.#keyPrefix.length);
    if (!key.startsWith(this.#keyPrefix) || !isBlockHash(hash)) return undefined;
    return { hash, bytes, ageMs: this.#ageMs(hash, modifiedAtMs) };
  }

  /** A clock that is before ours, or was set back, makes nothing older. */
  #ageMs(hash: BlockHash, modifiedAtMs: number): number {
    return Math.max(0, this.#timer.now() - this.#touches.lastTouchMs(hash, modifiedAtMs));
  }
}

/** A text behind which `hash` is the first one of its length. */
function justBefore(hash: BlockHash): string {
  return hash.slice(0, -1);
}
