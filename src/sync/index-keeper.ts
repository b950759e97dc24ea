/**
 * The index while a sync goes on: its lines follow what was done, and it is written now and then,
 * so that a killed run has little to look at again. An index without news is not touched.
 */
import type { SyncFolder } from './folder.js';
import { formatIndex, type IndexForm } from './index-file.js';
import type { FileState } from './plan.js';
import { formatSeen, type SeenFile } from './seen-files.js';

const saveEveryMs = 2000;
/** The index is written as a whole: a long one more seldom, so that files get most of the time. */
const timesOfSaving = 10;

export interface IndexKeeperOptions {
  readonly folder: SyncFolder;
  readonly form: IndexForm;
  readonly files: Map<string, FileState>;
  readonly nowMs: () => number;
}

export class IndexKeeper {
  readonly #options: IndexKeeperOptions;
  #seen = new Map<string, SeenFile>();
  #isIndexNews = false;
  #isSeenNews = false;
  #savedAtMs: number;
  /** How long that took. */
  #savingMs = 0;
  #saving: Promise<void> | undefined;

  constructor(options: IndexKeeperOptions) {
    this.#options = options;
    this.#savedAtMs = options.nowMs();
  }

  get files(): ReadonlyMap<string, FileState> {
    return this.#options.files;
  }

  get seen(): ReadonlyMap<string, SeenFile> {
    return this.#seen;
  }

  /** What is remembered of all files from now on. */
  remember(seen: ReadonlyMap<string, SeenFile>, isNews: boolean): void {
    this.#seen = new Map(seen);
    if (isNews) this.#isSeenNews = true;
  }

  note(name: string, state: FileState, seen: SeenFile | undefined): void {
    const { files } = this.#options;
    if (files.get(name) !== state) {
      files.set(name, state);
      this.#isIndexNews = true;
    }
    if (seen !== undefined) {
      this.#seen.set(name, seen);
      this.#isSeenNews = true;
    } else if (this.#seen.delete(name)) {
      this.#isSeenNews = true;
    }
  }

  /** Writes if it is time to; one at a time, the others go on. */
  async saveIfDue(): Promise<void> {
    if (this.#saving !== undefined) return;
    const restMs = Math.max(saveEveryMs, timesOfSaving * this.#savingMs);
    if (this.#options.nowMs() - this.#savedAtMs < restMs) return;
    await this.save();
  }

  /** What there was of news when this was called is durable when it resolves. */
  async save(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
    this.#saving = this.#write();
    try {
      await this.#saving;
    } finally {
      this.#saving = undefined;
    }
  }

  async #write(): Promise<void> {
    const { folder, form, files, nowMs } = this.#options;
    const beganMs = nowMs();
    const wasIndexNews = this.#isIndexNews;
    const wasSeenNews = this.#isSeenNews;
    this.#isIndexNews = false;
    this.#isSeenNews = false;
    try {
      if (wasIndexNews) await folder.writeState('index', formatIndex(files, form));
      if (wasSeenNews) await folder.writeState('seen', formatSeen(this.#seen));
    } catch (error) {
      this.#isIndexNews ||= wasIndexNews;
      this.#isSeenNews ||= wasSeenNews;
      throw error;
    }
    this.#savedAtMs = nowMs();
    this.#savingMs = this.#savedAtMs - beganMs;
  }
}
