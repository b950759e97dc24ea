/**
 * What has happened in the cluster, in order, as its servers and the page have told it. Bounded: of
 * too much the oldest goes.
 */
import type { FeedHappening, HappeningKind } from './feed.js';

/** `down` and `up` are the page's own: a server that it hears no more, or again. */
export type TimelineKind = HappeningKind | 'down' | 'up';

export interface TimelineItem {
  /** Unlike that of any other. */
  readonly key: string;
  /** By the clock of the page. */
  readonly atMs: number;
  readonly server: number;
  readonly kind: TimelineKind;
  readonly text: string;
}

const itemsMax = 2_000;

/** What explains elections and faults; the rest are details of them. */
const majorKinds: ReadonlySet<TimelineKind> = new Set<TimelineKind>([
  ...(['election', 'leader', 'crash', 'restore', 'cut', 'healed', 'lost', 'back'] as const),
  ...(['disk', 'alarm', 'down', 'up'] as const),
]);

export function isMajor({ kind }: TimelineItem): boolean {
  return majorKinds.has(kind);
}

/** What several servers have told alike, one after the other, as one. */
export interface TimelineGroup {
  /** The first of them. */
  readonly item: TimelineItem;
  readonly servers: readonly number[];
}

/** Told alike within this time, it is one thing that has happened. */
const togetherMs = 3_000;

/** Of items in order. */
export function groupItems(items: readonly TimelineItem[]): readonly TimelineGroup[] {
  const groups: { readonly item: TimelineItem; readonly servers: number[] }[] = [];
  for (const item of items) {
    const same = groups.findLast(
      ({ item: { atMs, kind, text } }) =>
        kind === item.kind && text === item.text && item.atMs - atMs < togetherMs,
    );
    if (same === undefined) groups.push({ item, servers: [item.server] });
    else if (!same.servers.includes(item.server)) same.servers.push(item.server);
  }
  return groups;
}

export class Timeline {
  #items: TimelineItem[] = [];
  readonly #keys = new Set<string>();

  /** Oldest first. */
  get items(): readonly TimelineItem[] {
    return this.#items;
  }

  /**
   * A server has told something, perhaps again. `aheadMs`: by how much its clock is ahead of the
   * page's; `lifeMs`: which life of its process it was.
   */
  take(
    server: number,
    { number, atMs, kind, text }: FeedHappening,
    { aheadMs, lifeMs }: { readonly aheadMs: number; readonly lifeMs: number },
  ): void {
    this.#add({ key: `${server} ${lifeMs} ${number}`, atMs: atMs - aheadMs, server, kind, text });
  }

  /** The page itself has seen a server fall silent, or heard it again. */
  note(server: number, kind: 'down' | 'up', atMs: number): void {
    const text = kind === 'down' ? 'does not answer this page' : 'answers this page again';
    this.#add({ key: `${server} ${kind} ${atMs}`, atMs, server, kind, text });
  }

  #add(item: TimelineItem): void {
    if (this.#keys.has(item.key)) return;
    this.#keys.add(item.key);
    const before = this.#items.findLastIndex(({ atMs }) => atMs <= item.atMs);
    this.#items = this.#items.toSpliced(before + 1, 0, item);
    if (this.#items.length <= itemsMax) return;
    const [oldest] = this.#items;
    // Its key stays: told again, it is still too old to be shown.
    if (oldest !== undefined) this.#items = this.#items.slice(1);
    if (this.#keys.size > 4 * itemsMax) this.#forgetKeys();
  }

  #forgetKeys(): void {
    this.#keys.clear();
    for (const { key } of this.#items) this.#keys.add(key);
  }
}
