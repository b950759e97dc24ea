/**
 * The posts, by number, id and link, with how many like them, in the orders in which they are
 * shown. Nothing here goes through all posts.
 */
import { must } from '../base/assert.js';
import { ChunkedUint32s } from '../base/chunked-uint32s.js';
import { hotPosts, type HotBlock } from './hot-posts.js';
import { OrderedNumbers } from './ordered-numbers.js';
import type { CommentRecord, PostRecord } from './site-records.js';

/** Posts of which the most likes are noted together. */
const blockPosts = 256;

export class PostTable {
  readonly #posts: PostRecord[] = [];
  readonly #byId = new Map<string, number>();
  /** The newest post of each link. */
  readonly #byLink = new Map<string, number>();
  readonly #likes = new ChunkedUint32s();
  /** The most likes among each `blockPosts` posts. */
  readonly #likesMax: number[] = [];
  readonly #comments: CommentRecord[][] = [];
  readonly #top = new OrderedNumbers((a, b) => this.likesOf(b) - this.likesOf(a) || b - a);
  #likesInAll = 0;

  get size(): number {
    return this.#posts.length;
  }

  /** Likes of all posts together. */
  get likesInAll(): number {
    return this.#likesInAll;
  }

  /** All posts, in the order of their numbers. The list only grows. */
  get all(): readonly PostRecord[] {
    return this.#posts;
  }

  get(number: number): PostRecord {
    return must(this.#posts[number], 'a number names a post');
  }

  find(id: string): number | undefined {
    return this.#byId.get(id);
  }

  /** The newest post of a link. */
  findLink(link: string): number | undefined {
    return this.#byLink.get(link);
  }

  likesOf(number: number): number {
    return this.#likes.get(number);
  }

  /** Oldest first. */
  commentsOf(number: number): readonly CommentRecord[] {
    return must(this.#comments[number], 'a number names a post');
  }

  /** Adds a post, whose id must be new, and which so many like. Gives its number. */
  add(post: PostRecord, likes = 0): number {
    const number = this.#posts.length;
    this.#posts.push(post);
    this.#byId.set(post.id, number);
    this.#byLink.set(post.link, number);
    this.#likes.push(likes);
    this.#comments.push([]);
    const block = Math.floor(number / blockPosts);
    this.#likesMax[block] = Math.max(this.#likesMax[block] ?? 0, likes);
    this.#likesInAll += likes;
    this.#top.add(number);
    return number;
  }

  addComment(comment: CommentRecord): void {
    must(this.#comments[comment.post], 'a comment belongs to a post').push(comment);
  }

  setLikes(number: number, likes: number): void {
    const before = this.likesOf(number);
    this.#top.remove(number);
    this.#likes.set(number, likes);
    this.#top.add(number);
    this.#likesInAll += likes - before;
    const block = Math.floor(number / blockPosts);
    const most = this.#likesMax[block] ?? 0;
    if (likes >= most) this.#likesMax[block] = likes;
    else if (before === most) this.#likesMax[block] = this.#mostLikes(block);
  }

  /** How many like each post, as it is now. */
  freezeLikes(): (number: number) => number {
    const likes = this.#likes.copy();
    return (number) => likes.get(number);
  }

  /** Those at these places of the order by likes. */
  top(start: number, count: number): readonly number[] {
    return this.#top.slice(start, count);
  }

  /** The same, newest first. */
  newest(start: number, count: number): readonly number[] {
    const first = this.size - 1 - start;
    const shown = Math.max(0, Math.min(count, first + 1));
    return Array.from({ length: shown }, (_, at) => first - at);
  }

  /** The same of the order that `hotPosts` makes. */
  hot(start: number, count: number, nowMs: number): readonly number[] {
    if (start >= this.size || count <= 0) return [];
    const blocks = this.#likesMax.map((likesMax, block): HotBlock => {
      const from = block * blockPosts;
      return { from, until: Math.min(from + blockPosts, this.size), likesMax };
    });
    return hotPosts({
      ...{ blocks, start, count, nowMs },
      atMs: (number) => this.get(number).atMs,
      likes: (number) => this.likesOf(number),
    });
  }

  #mostLikes(block: number): number {
    const from = block * blockPosts;
    let most = 0;
    for (let number = from; number < Math.min(from + blockPosts, this.size); number += 1) {
      most = Math.max(most, this.likesOf(number));
    }
    return most;
  }
}
