/**
 * Word from the operating system that something in a folder may have changed. It is a hint and no
 * more: some systems have none to give, or too few, or none of what other machines do. Whoever uses
 * it looks at the folder now and then all the same.
 */
import { watch, type FSWatcher, type WatchListener } from 'node:fs';
import { join } from 'node:path';

/** Folders that are listened to; what changes in others is seen by whoever looks. */
const watchedFoldersMax = 4_096;

/** Changes of one burst come closer together than this, and a burst is over after so long. */
const quietMs = 50;
const burstMsMax = 400;

export interface ChangeHints {
  /** From now on listens to these folders, '' for the base, and to no other. */
  follow(folders: ReadonlySet<string>): void;
  /** Resolves at the end of the next burst of changes, or after so long, or at the signal. */
  next(withinMs: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface FolderHintsOptions {
  readonly base: string;
  /** There will be no hints any more. Called once at most. */
  readonly onLost: (reason: string) => void;
  /** How a folder is listened to; `fs.watch` when left out. */
  readonly listen?: (path: string, onChange: WatchListener<string>) => FSWatcher;
}

export class FolderHints implements ChangeHints {
  readonly #options: FolderHintsOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  #isLost = false;
  #isHinted = false;
  #wake: (() => void) | undefined;

  constructor(options: FolderHintsOptions) {
    this.#options = options;
  }

  follow(folders: ReadonlySet<string>): void {
    for (const name of [...this.#watchers.keys()]) if (!folders.has(name)) this.#drop(name);
    for (const name of folders) {
      if (this.#isLost || this.#watchers.size >= watchedFoldersMax) return;
      if (!this.#watchers.has(name)) this.#listen(name);
    }
  }

  async next(withinMs: number, signal: AbortSignal): Promise<void> {
    if (!(await this.#hintWithin(withinMs, signal))) return;
    const endMs = performance.now() + Math.min(burstMsMax, withinMs);
    let isGoingOn = true;
    while (isGoingOn && performance.now() < endMs) {
      isGoingOn = await this.#hintWithin(quietMs, signal);
    }
  }

  close(): void {
    this.#isLost = true;
    for (const name of [...this.#watchers.keys()]) this.#drop(name);
  }

  /** Resolves to whether there was one; it is used up by that. */
  async #hintWithin(withinMs: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#isHinted && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', this.#wake, { once: true });
      });
      if (this.#wake !== undefined) signal.removeEventListener('abort', this.#wake);
      this.#wake = undefined;
    }
    const isHinted = this.#isHinted && !signal.aborted;
    this.#isHinted = false;
    return isHinted;
  }

  #listen(name: string): void {
    const { base, listen = listenTo } = this.#options;
    try {
      const watcher = listen(join(base, name), (_event, changed) => {
        // A folder that was replaced is another one, which is not listened to yet.
        if (changed !== null) this.#drop(name === '' ? changed : `${name}/${changed}`);
        this.#isHinted = true;
        this.#wake?.();
      });
      watcher.on('error', (error) => {
        this.#failed(name, error);
      });
      this.#watchers.set(name, watcher);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#failed(name, error);
    }
  }

  /** A folder that is gone is no trouble: the one above it told. */
  #failed(name: string, error: Error): void {
    this.#drop(name);
    const code = 'code' in error ? error.code : undefined;
    if (this.#isLost || code === 'ENOENT' || code === 'ENOTDIR' || code === 'EPERM') return;
    this.close();
    const advice = code === 'ENOSPC' ? ' (the system allows no more inotify watches)' : '';
    this.#options.onLost(`${error.message}${advice}`);
  }

  #drop(name: string): void {
    this.#watchers.get(name)?.close();
    this.#watchers.delete(name);
  }
}

function listenTo(path: string, onChange: WatchListener<string>): FSWatcher {
  return watch(path, { persistent: false }, onChange);
}
