/** A cluster that a test holds in its hand: what its clients would say, and its troubles. */
import { hashOf, type BlockHash } from '../../src/blocks/block-hash.js';
import {
  BlocksRefused,
  InvalidArgument,
  NotLeader,
  Unsupported,
} from '../../src/client/client-errors.js';
import type { UpdateOptions } from '../../src/client/cluster-client.js';
import type {
  FileInfo,
  FileInfoPage,
  HashItem,
  KeptVersion,
} from '../../src/client/file-answers.js';

/** What the clients of a cluster would say. */
export class HandCluster {
  readonly files = new Map<string, FileInfo>();
  readonly blocks = new Map<BlockHash, Uint8Array>();
  /** Blocks in the order in which they were asked for. */
  readonly fetched: BlockHash[] = [];
  fetching = 0;
  fetchingMax = 0;
  questions = 0;
  pages = 0;
  /** All versions of a file, the newest first. */
  readonly versions = new Map<string, readonly KeptVersion[]>();
  versionQuestions = 0;
  /** It keeps no versions. */
  isOld = false;
  trouble: 'none' | 'refuses' | 'hangs' = 'none';
  /** No store takes blocks. */
  isStoreGone = false;
  updates = 0;
  /** The versions that were made under request ids. */
  readonly requests = new Map<string, number>();
  /** What others do just before, or just after, an update. */
  beforeUpdate: () => Promise<void> = () => Promise.resolve();
  afterUpdate: () => Promise<void> = () => Promise.resolve();
  /** Blocks that were stored, those that were there already left out. */
  readonly stored: BlockHash[] = [];
  storing = 0;
  storingMax = 0;
  #hanging: (() => void)[] = [];

  readonly client = {
    getFileInfo: async (name: string): Promise<FileInfo> => {
      this.questions += 1;
      await this.#suffer();
      return this.files.get(name) ?? { version: 0, hashlist: [] };
    },
    getFileInfoPage: async (afterName: string, limit: number): Promise<FileInfoPage> => {
      this.pages += 1;
      await this.#suffer();
      const behind = [...this.files].filter(([name]) => name > afterName);
      behind.sort(([a], [b]) => (a < b ? -1 : 1));
      const files = behind.slice(0, limit).map(([name, info]) => ({ name, ...info }));
      return { files, more: behind.length > limit };
    },
    updateFile: async (
      name: string,
      version: number,
      hashlist: readonly HashItem[],
      { requestId }: UpdateOptions = {},
    ): Promise<boolean> => {
      this.updates += 1;
      await this.#suffer();
      await this.beforeUpdate();
      const done = this.requests.get(String(requestId));
      if (done !== undefined) {
        if (done === version) return true;
        throw new InvalidArgument('argument 4 (requestId) of updatefile: expected a new one');
      }
      if ((this.files.get(name)?.version ?? 0) + 1 !== version) return false;
      this.requests.set(String(requestId), version);
      this.update(name, hashlist);
      await this.afterUpdate();
      return true;
    },
    getFileVersions: async (name: string): Promise<readonly KeptVersion[]> => {
      this.versionQuestions += 1;
      await this.#suffer();
      if (this.isOld) throw new Unsupported('no such method');
      return this.versions.get(name) ?? [];
    },
    close: () => undefined,
  };

  readonly store = {
    get: async (hash: BlockHash): Promise<Uint8Array | undefined> => {
      this.fetched.push(hash);
      this.fetching += 1;
      this.fetchingMax = Math.max(this.fetchingMax, this.fetching);
      await new Promise((resolve) => setImmediate(resolve));
      this.fetching -= 1;
      return this.blocks.get(hash);
    },
    missing: (hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> =>
      Promise.resolve(new Set(hashes.filter((hash) => !this.blocks.has(hash)))),
    put: async (hash: BlockHash, bytes: Uint8Array): Promise<void> => {
      this.storing += 1;
      this.storingMax = Math.max(this.storingMax, this.storing);
      await new Promise((resolve) => setImmediate(resolve));
      this.storing -= 1;
      if (this.isStoreGone) throw new BlocksRefused('too few block stores');
      this.stored.push(hash);
      this.blocks.set(hash, Uint8Array.from(bytes));
    },
    close: () => undefined,
  };

  /** The next version of a file, of these blocks. */
  put(name: string, blocks: readonly Uint8Array[]): readonly BlockHash[] {
    const hashes = blocks.map((block) => {
      const hash = hashOf(block);
      this.blocks.set(hash, block);
      return hash;
    });
    this.update(name, hashes);
    return hashes;
  }

  update(name: string, hashlist: readonly HashItem[]): void {
    const version = (this.files.get(name)?.version ?? 0) + 1;
    this.files.set(name, { version, hashlist });
    const made = { version, hashlist, timeMs: version * 1_000_000 };
    this.versions.set(name, [made, ...(this.versions.get(name) ?? [])]);
  }

  heal(): void {
    this.trouble = 'none';
    for (const go of this.#hanging.splice(0)) go();
  }

  async #suffer(): Promise<void> {
    if (this.trouble === 'refuses') throw new NotLeader('no server says that it leads');
    if (this.trouble === 'hangs') await new Promise<void>((resolve) => this.#hanging.push(resolve));
  }
}
