/**
 * One server of the fake cluster: its log, its map, and what it can be switched into. It decides
 * nothing; the model does.
 */

export interface Info {
  readonly version: number;
  readonly hashes: readonly unknown[];
}

export interface Entry {
  readonly term: number;
  /** Undefined for the entry with which a leader begins its term. */
  readonly update: { readonly name: string; readonly info: Info } | undefined;
  readonly requestId: string | undefined;
}

export class Fault extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }
}

export interface Waiting {
  /** The entry that must be committed; undefined for what only asks who leads. */
  readonly entry: Entry | undefined;
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: Fault) => void;
}

export class FakeReplica {
  readonly id: number;
  crashed = false;
  /** False once its process was killed. */
  running = true;
  paused = false;
  leads = false;
  term = 1;
  log: readonly Entry[] = [];
  /** Entries of the log that are in `map`. */
  applied = 0;
  map = new Map<string, Info>();
  cut: ReadonlySet<number> = new Set();
  waiting: readonly Waiting[] = [];
  /** The term for which it stood in vain. */
  stoodFor: number | undefined;
  /** What it would tell from memory after an absence, and how often it still would. */
  memory: { readonly map: ReadonlyMap<string, Info>; reads: number } | undefined;

  constructor(id: number) {
    this.id = id;
  }

  get up(): boolean {
    return this.running && !this.crashed && !this.paused;
  }

  get lastTerm(): number {
    return this.log.at(-1)?.term ?? 0;
  }

  /** Above zero when this log is newer than the other's, by section 5.4.1 of the paper. */
  compareLog(other: FakeReplica): number {
    return this.lastTerm - other.lastTerm || this.log.length - other.log.length;
  }

  versionOf(name: string): number {
    return this.log.findLast((entry) => entry.update?.name === name)?.update?.info.version ?? 0;
  }

  append(entry: Entry): void {
    this.log = [...this.log, entry];
  }

  /** Takes over a leader's log; entries that were here in its place are returned. */
  follow(log: readonly Entry[]): readonly Entry[] {
    if (this.log === log) return [];
    const fork = this.log.findIndex((entry, index) => entry !== log[index]);
    const lost = fork < 0 ? [] : this.log.slice(fork);
    this.log = log;
    if (fork >= 0 && fork < this.applied) this.#applyFromScratch(fork);
    return lost;
  }

  /** Puts the entries before position `end` into the map. */
  apply(end = this.log.length): void {
    for (const { update } of this.log.slice(this.applied, end)) {
      if (update !== undefined) this.map.set(update.name, update.info);
    }
    this.applied = Math.max(this.applied, Math.min(end, this.log.length));
  }

  forget(): void {
    this.log = [];
    this.map = new Map();
    this.applied = 0;
  }

  #applyFromScratch(length: number): void {
    const log = this.log;
    this.log = log.slice(0, length);
    this.map = new Map();
    this.applied = 0;
    this.apply();
    this.log = log;
  }
}
