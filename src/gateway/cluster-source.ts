/**
 * The files of a cluster. What the map says of a file may be half a second old, and is kept through
 * elections, and for a minute without a majority (`lasting-answers.ts`). Its bytes come from any
 * server, verified.
 */
import type { BlockHash } from '../blocks/block-hash.js';
import { fileNameBytesMax } from '../base/limits.js';
import { utf8Length } from '../base/utf8.js';
import { InvalidArgument } from '../client/client-errors.js';
import type { ClusterBlocks } from '../client/cluster-blocks.js';
import type { ClusterClient } from '../client/cluster-client.js';
import type { FileInfoPage } from '../client/file-answers.js';
import { BlockLayouts } from './block-layout.js';
import { BlockReader } from './block-reader.js';
import { ClusterFile } from './cluster-file.js';
import { clusterEntries } from './cluster-folder.js';
import { toKnownFile, type KnownFile, type KnownVersion } from './cluster-versions.js';
import type { ContentCache } from './content-cache.js';
import {
  SourceUnavailable,
  type FileSource,
  type FolderEntry,
  type Found,
  type PathParts,
  type Wanted,
} from './file-source.js';
import { LastingAnswers } from './lasting-answers.js';
import type { PeerBlocks } from './peers/peer-blocks.js';
import { VersionTimes } from './version-times.js';

/** Hashes of blocks that are remembered with their files; a file counts as one more. */
const rememberedHashesMax = 500_000;
const rememberedFoldersMax = 20_000;

/** A page of names is waited for so long; the client would wait for a majority for ever. */
const pageMsMax = 6_000;

export interface ClusterSourceOptions {
  readonly client: Pick<
    ClusterClient,
    'getFileInfo' | 'getFileInfoPage' | 'getFileVersions' | 'close'
  >;
  readonly blocks: Pick<ClusterBlocks, 'get' | 'close'>;
  readonly cache: ContentCache;
  /** Other workers, whose caches have blocks, too. */
  readonly peers?: Pick<PeerBlocks, 'get'> | undefined;
  /** Monotonous milliseconds; the machine's unless a test has others. */
  readonly nowMs?: () => number;
}

const absent: Found = { kind: 'absent' };

export class ClusterSource implements FileSource {
  readonly #options: ClusterSourceOptions;
  readonly #blocks: BlockReader;
  readonly #layouts: BlockLayouts;
  readonly #files: LastingAnswers<KnownFile>;
  /** Of those that are asked for by their number. */
  readonly #versions: LastingAnswers<readonly KnownFile[]>;
  readonly #times: VersionTimes;
  /** Whether there is a file whose name begins so. */
  readonly #folders: LastingAnswers<'folder' | 'absent'>;

  /** Closes `client` and `blocks` when it is closed. */
  constructor(options: ClusterSourceOptions) {
    this.#options = options;
    this.#blocks = new BlockReader(options.blocks, options.cache, options.peers);
    this.#layouts = new BlockLayouts(this.#blocks);
    const { client, nowMs = () => performance.now() } = options;
    this.#times = new VersionTimes((name) => client.getFileVersions(name));
    this.#files = new LastingAnswers({
      ask: (name) => this.#askFile(name),
      weigh,
      weightMax: rememberedHashesMax,
      nowMs,
    });
    this.#versions = new LastingAnswers({
      ask: (name) => this.#askVersions(name),
      weigh: (files) => files.reduce((sum, file) => sum + weigh(file), 1),
      weightMax: rememberedHashesMax,
      nowMs,
    });
    this.#folders = new LastingAnswers({
      ask: (prefix) => this.#askFolder(prefix),
      weigh: () => 1,
      weightMax: rememberedFoldersMax,
      nowMs,
    });
  }

  async find(parts: PathParts, { version, maxAgeMs }: Wanted = {}): Promise<Found> {
    const name = parts.join('/');
    if (name === '') return this.#folder('');
    if (utf8Length(name) > fileNameBytesMax) return absent;
    const known = await this.#files.get(name, maxAgeMs);
    if (known.kind === 'file' && (version === undefined || version === known.version)) {
      return { kind: 'file', file: await this.#open(known, version !== undefined) };
    }
    if (version !== undefined) {
      const older = (await this.#versions.get(name, maxAgeMs)).find(isVersion(version));
      if (older?.kind === 'file') return { kind: 'file', file: await this.#open(older, true) };
    }
    if (known.kind === 'file') return absent;
    const prefix = `${name}/`;
    if (utf8Length(prefix) >= fileNameBytesMax) return absent;
    return (await this.#folders.get(prefix, maxAgeMs)) === 'folder' ? this.#folder(prefix) : absent;
  }

  /** A block for a peer: from the cache or the cluster. Rejects with `SourceUnavailable`. */
  readBlock(hash: BlockHash): Promise<Uint8Array> {
    return this.#blocks.getForPeer(hash);
  }

  close(): Promise<void> {
    this.#options.client.close();
    this.#options.blocks.close();
    return Promise.resolve();
  }

  async #open(known: KnownVersion, isImmutable: boolean): Promise<ClusterFile> {
    const { etag, hashes, modifiedMs, version } = known;
    const layout = await this.#layouts.of(etag, hashes);
    return new ClusterFile({
      ...{ etag, hashes, layout, isImmutable, modifiedMs, version },
      layouts: this.#layouts,
      blocks: this.#blocks,
    });
  }

  #folder(prefix: string): Found {
    return { kind: 'folder', folder: { list: () => this.#list(prefix) } };
  }

  async #list(prefix: string): Promise<readonly FolderEntry[]> {
    const entries = new Map<string, FolderEntry>();
    for await (const entry of clusterEntries((...page) => this.#askPage(...page), prefix)) {
      const { name, type } = entry;
      const size =
        entry.type === 'file'
          ? this.#layouts.knownSize(entry.version.etag, entry.version.hashes)
          : undefined;
      // A name can be a file's and a folder's at once; its address leads to the file.
      if (entries.get(name)?.type === 'file') continue;
      const modifiedMs =
        entry.type === 'file' ? this.#times.known(prefix + name, entry.version.version) : undefined;
      entries.set(name, { name, type, size, modifiedMs });
    }
    return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #askFile(name: string): Promise<KnownFile> {
    try {
      const info = await this.#options.client.getFileInfo(name);
      return toKnownFile(info, await this.#times.of(name, info.version));
    } catch (error) {
      // A name that the cluster does not take is not a name in the cluster.
      if (error instanceof InvalidArgument) return { kind: 'absent' };
      throw error;
    }
  }

  async #askVersions(name: string): Promise<readonly KnownFile[]> {
    const versions = await this.#times.versions(name);
    return versions.map((made) => toKnownFile(made, made.timeMs === 0 ? undefined : made.timeMs));
  }

  async #askFolder(prefix: string): Promise<'folder' | 'absent'> {
    for await (const _ of clusterEntries((...page) => this.#askPage(...page), prefix)) {
      return 'folder';
    }
    return 'absent';
  }

  async #askPage(afterName: string, limit: number): Promise<FileInfoPage> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const error = new SourceUnavailable('the cluster does not answer');
      timer = setTimeout(reject, pageMsMax, error);
    });
    const page = this.#options.client.getFileInfoPage(afterName, limit);
    try {
      return await Promise.race([page, late]);
    } catch (error) {
      if (error instanceof InvalidArgument) return { files: [], more: false };
      if (!(error instanceof Error) || !('isWithoutEffect' in error)) throw error;
      throw new SourceUnavailable(`the cluster cannot be asked: ${error.message}`);
    } finally {
      clearTimeout(timer);
      // Nobody waits for it any more when it was late.
      page.catch(() => undefined);
    }
  }
}

function weigh(file: KnownFile): number {
  return file.kind === 'file' ? 1 + file.hashes.length : 1;
}

function isVersion(version: number) {
  return (file: KnownFile): boolean => file.kind === 'file' && file.version === version;
}
