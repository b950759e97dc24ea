/**
 * All that the site keeps, as tables that name each other's rows by number. They know no rule of
 * the site: what may be done is decided in site-state.ts, what is shown in site-answers.ts.
 */
import { must } from '../base/assert.js';
import { LikeTable } from './like-table.js';
import { PostTable } from './post-table.js';
import { SessionTable } from './session-table.js';
import type { CommentRecord, PostRecord, UserRecord } from './site-records.js';
import { nameKey } from './site-text.js';

/** What a user has posted, and the likes of all that. */
interface Doings {
  /** Numbers, oldest first. */
  readonly posts: number[];
  likes: number;
}

export class SiteTables {
  /** The time of the newest command, or of an earlier one that was later by its leader's clock. */
  nowMs = 0;
  readonly posts = new PostTable();
  readonly likes = new LikeTable();
  readonly sessions = new SessionTable();
  readonly #users: UserRecord[] = [];
  readonly #userByKey = new Map<string, number>();
  readonly #doings: Doings[] = [];
  readonly #comments: CommentRecord[] = [];
  readonly #commentById = new Map<string, CommentRecord>();

  /** Nothing was ever done to it. */
  get isNew(): boolean {
    return this.nowMs === 0 && this.#users.length === 0;
  }

  /** In the order of their numbers. The list only grows. */
  get users(): readonly UserRecord[] {
    return this.#users;
  }

  /** In the order of the log. The list only grows. */
  get comments(): readonly CommentRecord[] {
    return this.#comments;
  }

  user(number: number): UserRecord {
    return must(this.#users[number], 'a number names a user');
  }

  /** The number of the user of this name, in whatever letter case. */
  findUser(name: string): number | undefined {
    return this.#userByKey.get(nameKey(name));
  }

  doings(user: number): Readonly<Doings> {
    return must(this.#doings[user], 'a number names a user');
  }

  findComment(id: string): CommentRecord | undefined {
    return this.#commentById.get(id);
  }

  /** Adds a user, whose name must be new. Gives the number. */
  addUser(user: UserRecord): number {
    const number = this.#users.length;
    this.#users.push(user);
    this.#userByKey.set(nameKey(user.name), number);
    this.#doings.push({ posts: [], likes: 0 });
    return number;
  }

  /** Adds a post, whose id must be new, and which so many like. */
  addPost(post: PostRecord, likes = 0): void {
    const doings = must(this.#doings[post.by], 'a number names a user');
    doings.posts.push(this.posts.add(post, likes));
    doings.likes += likes;
  }

  /** Adds a comment, whose id must be new. */
  addComment(comment: CommentRecord): void {
    this.#comments.push(comment);
    this.#commentById.set(comment.id, comment);
    this.posts.addComment(comment);
  }

  /** Whether the user likes the post from now on. */
  setLike(post: number, user: number, liked: boolean): void {
    const before = this.likes.get(post, user);
    if (before === liked || (before === undefined && !liked)) return;
    this.likes.set(post, user, liked);
    const change = liked ? 1 : -1;
    this.posts.setLikes(post, this.posts.likesOf(post) + change);
    must(this.#doings[this.posts.get(post).by], 'a post has an author').likes += change;
  }
}
