/** The files of a cluster for a person's command, which gives up where a program would wait. */
import type { ClusterClient } from '../client/cluster-client.js';
import type { FileInfo, FileInfoPage, HashItem } from '../client/file-answers.js';
import { majorityWithin } from './majority-within.js';
import { StartError } from './start-error.js';

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
    return majorityWithin(this.#timeoutMs, () => this.#client.getFileInfo(name));
  }

  /** All files, deleted ones too, in the order of their names. */
  async *all(): AsyncGenerator<FileInfoPage['files'][number], void> {
    const files = this.#client.files();
    for (;;) {
      const next = await majorityWithin(this.#timeoutMs, () => files.next());
      if (next.done === true) return;
      yield next.value;
    }
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
      const update = () => this.#client.updateFile(name, version, hashlist);
      if (await majorityWithin(this.#timeoutMs, update)) return version;
    }
    throw new StartError(`${name}: others changed the file ${attemptsMax} times in a row`);
  }
}
