/**
 * What one run of a scenario knows while it goes: who was named, which calls wait, what the files
 * are at.
 */
import seedrandom from 'seedrandom';
import { CheckFailure } from '../cluster/check-outcome.js';
import type { Cluster } from '../cluster/cluster.js';
import { LeaderWatch } from '../suite/checks/leader-watch.js';
import type { Server } from '../wire/server.js';
import { BegunCalls } from './begun-calls.js';
import { FileBook } from './file-book.js';
import type { Template } from './scenario.js';

export class Stage {
  readonly cluster: Cluster;
  readonly files: FileBook;
  readonly leaderWatch = new LeaderWatch();
  readonly #seed: string;
  readonly #servers = new Map<string, readonly Server[]>();
  readonly #calls = new Map<string, BegunCalls>();
  /** Servers whose processes were killed or stopped: nobody waits for their answers. */
  readonly #gone = new Set<Server>();

  constructor(cluster: Cluster, seed: string) {
    this.cluster = cluster;
    this.files = new FileBook((topic) => cluster.newName(topic));
    this.#seed = seed;
  }

  /** Numbers in [0, 1), the same for the same seed and `line` of events. */
  random(line: string): () => number {
    return seedrandom(`${this.#seed}/${line}`);
  }

  name(name: string, servers: readonly Server[]): void {
    this.#servers.set(name, servers);
  }

  /** A failure when the step that names them has not been made in this run. */
  named(name: string): readonly Server[] {
    const servers = this.#servers.get(name);
    if (servers !== undefined) return servers;
    throw new CheckFailure(`a server called ${name}`, 'that no step made so far has named one');
  }

  callsOf(name: string): BegunCalls {
    const known = this.#calls.get(name);
    if (known !== undefined) return known;
    const calls = new BegunCalls();
    this.#calls.set(name, calls);
    return calls;
  }

  /** Forgets the calls of that name, which were awaited, so that the name can be used again. */
  forgetCalls(name: string): void {
    this.#calls.delete(name);
  }

  noteGone(server: Server): void {
    this.#gone.add(server);
  }

  noteBack(server: Server): void {
    this.#gone.delete(server);
  }

  /** Those of `servers` whose processes run. */
  present(servers: readonly Server[] = this.cluster.servers): readonly Server[] {
    return servers.filter((server) => !this.#gone.has(server));
  }

  /** Who is called what, for people. */
  describeNames(): string {
    return [...this.#servers]
      .map(([name, servers]) => `${name} = ${servers.map((each) => each.seat.id).join('+')}`)
      .join(', ');
  }
}

/** One line of events: the scenario itself, or a branch of a `together`. */
export interface Scene {
  readonly stage: Stage;
  /** Tells lines of events apart. */
  readonly line: string;
  readonly random: () => number;
  /** The rounds of the `repeat`s around the step. */
  readonly counters: ReadonlyMap<string, number>;
}

/** The text with the numbers of the rounds in it. */
export function fillIn(template: Template, scene: Scene): string {
  return template.replaceAll(/\{([^}]*)\}/g, (_, counter: string) =>
    String(scene.counters.get(counter)),
  );
}
