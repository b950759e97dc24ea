/**
 * What a scenario has sent and been told about each of its files. From this alone some answers are
 * wrong whatever the scenario expects: a read that is older than what was answered before it began,
 * a content that nobody sent, a version that two updates got.
 */
import { isDeepStrictEqual } from 'node:util';
import { CheckFailure } from '../cluster/check-outcome.js';
import { describeValue } from '../wire/answer.js';
import type { Reply } from '../wire/server.js';
import type { VersionBound } from './scenario.js';

export interface SentUpdate {
  readonly file: string;
  /** The file's name on the cluster. */
  readonly realName: string;
  readonly version: number;
  readonly hashes: readonly (string | number)[];
}

interface Page {
  readonly realName: string;
  readonly sent: SentUpdate[];
  /** The update that was answered true, by its version. */
  readonly taken: Map<number, SentUpdate>;
  seen: number;
}

export class FileBook {
  readonly #newName: (topic: string) => string;
  readonly #pages = new Map<string, Page>();
  #sentCount = 0;

  /** `newName` gives a name that no other run has used. */
  constructor(newName: (topic: string) => string) {
    this.#newName = newName;
  }

  realName(file: string): string {
    return this.#page(file).realName;
  }

  /** The newest version that an answer has shown; 0 before that. */
  seen(file: string): number {
    return this.#page(file).seen;
  }

  /** Notes an update before it is sent. Its hashes, if not given, are like no others. */
  send(file: string, version: number, given: readonly (string | number)[] | undefined): SentUpdate {
    this.#sentCount += 1;
    const page = this.#page(file);
    const hashes = given ?? [`hash-${this.#sentCount}-a`, `hash-${this.#sentCount}-b`];
    const update = { file, realName: page.realName, version, hashes };
    page.sent.push(update);
    return update;
  }

  /** Notes that `update` was answered true. The contradiction to what is known, if it is one. */
  noteTaken(update: SentUpdate, reply: Reply): CheckFailure | undefined {
    const page = this.#page(update.file);
    const known = page.taken.get(update.version);
    page.seen = Math.max(page.seen, update.version);
    page.taken.set(update.version, known ?? update);
    if (known === undefined || known === update) return undefined;
    const expected = `one update to be version ${update.version} of ${update.file}`;
    return new CheckFailure(expected, 'true for two', whereOf(reply));
  }

  /**
   * Notes a version that a linearizable read showed. `floor` is what was seen before it began. The
   * contradiction to what is known, if it is one.
   */
  noteRead(
    read: {
      readonly file: string;
      readonly floor: number;
      readonly version: number;
      readonly hashes: readonly unknown[];
    },
    reply: Reply,
  ): CheckFailure | undefined {
    const { file, floor, version, hashes } = read;
    const page = this.#page(file);
    page.seen = Math.max(page.seen, version);
    const fail = (expected: string): CheckFailure =>
      new CheckFailure(expected, `version ${version} ${describeValue(hashes)}`, whereOf(reply));
    if (version < floor) {
      return fail(`version ${floor} of ${file} or a later one, since that was answered before`);
    }
    if (version === 0) return undefined;
    const taken = page.taken.get(version);
    if (taken !== undefined) {
      if (isDeepStrictEqual(hashes, taken.hashes)) return undefined;
      return fail(`version ${version} of ${file} to be ${describeValue(taken.hashes)}`);
    }
    const known = page.sent.some(
      (sent) => sent.version === version && isDeepStrictEqual(hashes, sent.hashes),
    );
    return known ? undefined : fail(`what was sent as version ${version} of ${file}`);
  }

  holds(bound: VersionBound, file: string, version: number, seen = this.seen(file)): boolean {
    const wanted = bound.version === 'seen' ? seen : bound.version;
    return bound.kind === 'exactly' ? version === wanted : version >= wanted;
  }

  /** The bounds as an "or" of versions. */
  describe(bounds: readonly VersionBound[], file: string, seen = this.seen(file)): string {
    const words = bounds.map(({ kind, version }) => {
      const number = version === 'seen' ? `${seen} (seen before)` : String(version);
      return kind === 'exactly' ? number : `at least ${number}`;
    });
    return `version ${words.join(' or ')} of ${file}`;
  }

  #page(file: string): Page {
    const known = this.#pages.get(file);
    if (known !== undefined) return known;
    const page: Page = { realName: this.#newName(file), sent: [], taken: new Map(), seen: 0 };
    this.#pages.set(file, page);
    return page;
  }
}

export function whereOf(reply: Reply): string {
  return `${reply.server.label}, ${reply.call}`;
}
