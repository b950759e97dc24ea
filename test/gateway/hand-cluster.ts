/** A cluster that a test holds in its hand: what its clients would say, and its troubles. */
import { hashOf, type BlockHash } from '../../src/blocks/block-hash.js';
import { NotLeader, Unsupported } from '../../src/client/client-errors.js';
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
