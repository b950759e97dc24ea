/** The files of a cluster for a person's command, which gives up where a program would wait. */
import { Unreachable } from '../client/client-errors.js';
import type { ClusterClient, FileVersion } from '../client/cluster-client.js';
import type {
  FileInfo,
  FileInfoPage,
  HashItem,
  KeptVersion,
  NamedVersion,
} from '../client/file-answers.js';
import { majorityWithin, NoMajority } from './majority-within.js';
import { StartError } from './start-error.js';
import { surveyServers } from './survey-servers.js';

/** Others may be faster so many times in a row; more often than that, something is wrong. */
const attemptsMax = 100;

export class ClusterFiles {
  readonly #client: ClusterClient;
  readonly #timeoutMs: number;

  constructor(client: ClusterClient, timeoutMs: number) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
  }

  /** One file; version 0 if it was never seen. */
  info(name: string): Promise<FileInfo> {
    return this.#ask(() => this.#client.getFileInfo(name));
  }

  /** All files, deleted ones too, in the order of their names. */
  all(): AsyncGenerator<FileInfoPage['files'][number], void> {
    return this.#patiently(this.#client.files());
  }

  /** The versions of a file that are kept, the current one first. Throws for an unknown name. */
  async versions(name: string): Promise<readonly [KeptVersion, ...KeptVersion[]]> {
    const read = () => this.#client.getFileVersions(name);
    const [current, ...older] = await this.#ask(read);
    if (current === undefined) throw new StartError(`${name}: there is no such file`);
    return [current, ...older];
  }

  /** All versions of all files, in the order of the names, the newest of a file first. */
  allVersions(): AsyncGenerator<NamedVersion, void> {
    return this.#patiently(this.#client.versions());
  }

  /** Keeps these older versions no longer. */
  forget(versions: readonly FileVersion[]): Promise<void> {
    return this.#ask(() => this.#client.forgetVersions(versions));
  }

  /** Makes `version`, if it is the next one; false when others were faster. */
  update(name: string, version: number, hashlist: readonly HashItem[]): Promise<boolean> {
    const update = () => this.#client.updateFile(name, version, hashlist);
    return this.#ask(update);
  }

  /**
   * Gives the file its next version, with the hashes that `hashlistFor` names for its present one.
   * When somebody else was faster, it is asked again. Returns the version.
   */
  async advance(
    name: string,
    hashlistFor: (present: FileInfo) => readonly HashItem[],
  ): Promise<number> {
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const present = await this.info(name);
      const version = present.version + 1;
      const hashlist = hashlistFor(present);
      if (await this.update(name, version, hashlist)) return version;
    }
    throw new StartError(`${name}: others changed the file ${attemptsMax} times in a row`);
  }

  async #ask<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await majorityWithin(this.#timeoutMs, action);
    } catch (error) {
      if (!(error instanceof NoMajority)) throw error;
      const { answered, reason } = await surveyServers(this.#client);
      if (answered > 0 || reason === undefined) throw error;
      throw new Unreachable(`no server answers; ${reason}`);
    }
  }

  async *#patiently<T>(items: AsyncGenerator<T, unknown>): AsyncGenerator<T, void> {
    for (;;) {
      const next = await this.#ask(() => items.next());
      if (next.done === true) return;
      yield next.value;
    }
  }
}
