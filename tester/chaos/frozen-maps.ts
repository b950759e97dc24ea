/**
 * A crashed server's map is frozen: looks at it soon after the crash and before the end of it.
 */
import type { Finding, Verdict } from '../history/finding.js';
import type { Server } from '../wire/server.js';
import type { Conditions } from './conditions.js';

interface Look {
  /** The crash that it belongs to. */
  readonly spell: number;
  readonly versions: ReadonlyMap<string, number>;
}

export class FrozenMaps {
  readonly #conditions: Conditions;
  readonly #names: () => readonly string[];
  readonly #looks = new Map<number, Look>();
  #violation: Verdict | undefined;
  #comparisons = 0;

  constructor(conditions: Conditions, names: () => readonly string[]) {
    this.#conditions = conditions;
    this.#names = names;
  }

  /** To be called when the server has said that it is crashed. */
  async look(server: Server): Promise<void> {
    const { id } = server.seat;
    this.#looks.delete(id);
    const look = await this.#lookNow(server, this.#names());
    if (look !== undefined) this.#looks.set(id, look);
  }

  /** To be called before anything may end the crash. */
  async lookAgain(server: Server): Promise<void> {
    const { id } = server.seat;
    const before = this.#looks.get(id);
    if (before === undefined) return;
    const after = await this.#lookNow(server, [...before.versions.keys()]);
    if (after === undefined || after.spell !== before.spell) return;
    this.#comparisons += 1;
    for (const [name, version] of before.versions) {
      const now = after.versions.get(name);
      if (now === undefined || now === version || this.#violation !== undefined) continue;
      this.#violation = {
        kind: 'violated',
        expected: `version ${version} of ${name} on server ${id} while it is crashed`,
        seen: `version ${now} before it was restored`,
        evidence: [],
      };
    }
  }

  finding(): Finding {
    const promise = 'the map of a crashed server stays as it is until it is restored';
    const why = 'no crashed server told its versions twice';
    const unseen: Verdict = this.#comparisons > 0 ? { kind: 'held' } : { kind: 'unknown', why };
    return { promise, verdict: this.#violation ?? unseen };
  }

  /** Undefined when the crash did not last, or the server does not tell versions. */
  async #lookNow(server: Server, names: readonly string[]): Promise<Look | undefined> {
    const { id } = server.seat;
    const spell = this.#conditions.crashSpell(id);
    if (spell === undefined) return undefined;
    const replies = await Promise.all(names.map((name) => server.appliedVersion(name)));
    if (this.#conditions.crashSpell(id) !== spell) return undefined;
    const versions = new Map<string, number>();
    for (const [position, name] of names.entries()) {
      const answer = replies[position]?.answer;
      if (answer?.kind !== 'value' || typeof answer.value !== 'number') return undefined;
      versions.set(name, answer.value);
    }
    return { spell, versions };
  }
}
