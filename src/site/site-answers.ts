/**
 * What the site shows: the answers to all questions, from its tables as they are. A page costs by
 * what is on it, however much there is in all.
 */
import { unreachable } from '../base/assert.js';
import { commentsPerPage, hotPagesMax, postsPerPage } from './site-limits.js';
import type {
  AnswerTo,
  CommentView,
  PostAnswer,
  PostOrder,
  PostsAnswer,
  PostView,
  SessionsAnswer,
  SiteAnswer,
  SiteCounts,
  SiteQuery,
  UserAnswer,
} from './site-query.js';
import type { CommentRecord, SessionRecord } from './site-records.js';
import type { SiteTables } from './site-tables.js';

/** The answer to a question. */
export function answerQuery<Query extends SiteQuery>(
  tables: SiteTables,
  query: Query,
): AnswerTo<Query> {
  return new Answers(tables, query).answer() as AnswerTo<Query>;
}

class Answers {
  readonly #tables: SiteTables;
  readonly #query: SiteQuery;
  readonly #session: SessionRecord | undefined;

  constructor(tables: SiteTables, query: SiteQuery) {
    this.#tables = tables;
    this.#query = query;
    const tokenHash = 'tokenHash' in query ? query.tokenHash : undefined;
    this.#session =
      tokenHash === undefined ? undefined : tables.sessions.find(tokenHash, tables.nowMs);
  }

  answer(): SiteAnswer {
    const query = this.#query;
    switch (query.type) {
      case 'posts':
        return this.#posts(query.order, query.page);
      case 'post':
        return this.#post(query.id, query.page);
      case 'user':
        return this.#user(query.name, query.page);
      case 'sessions':
        return this.#sessions();
      case 'viewer':
        return { type: 'viewer', ...this.#common() };
      case 'password': {
        const user = this.#tables.findUser(query.name);
        const password = user === undefined ? null : this.#tables.user(user).password;
        return { type: 'password', password };
      }
      case 'counts':
        return { type: 'counts', counts: this.#counts() };
      default:
        return unreachable(query);
    }
  }

  #posts(order: PostOrder, page: number): PostsAnswer {
    const start = (page - 1) * postsPerPage;
    const numbers = this.#inOrder(order, start, postsPerPage + 1);
    return {
      ...{ type: 'posts', ...this.#common() },
      ...{ posts: this.#views(numbers), more: numbers.length > postsPerPage },
    };
  }

  #post(id: string, page: number): PostAnswer {
    const { posts } = this.#tables;
    const common = { type: 'post', ...this.#common() } as const;
    const number = posts.find(id);
    if (number === undefined) return { ...common, post: null, comments: [], more: false };
    const comments = posts.commentsOf(number);
    const start = (page - 1) * commentsPerPage;
    const shown = comments.slice(start, start + commentsPerPage);
    return {
      ...common,
      post: this.#view(number),
      comments: shown.map((comment) => this.#comment(comment)),
      more: comments.length > start + commentsPerPage,
    };
  }

  #user(name: string, page: number): UserAnswer {
    const common = { type: 'user', ...this.#common() } as const;
    const number = this.#tables.findUser(name);
    if (number === undefined) return { ...common, user: null, posts: [], more: false };
    const record = this.#tables.user(number);
    const { posts, likes } = this.#tables.doings(number);
    const end = Math.max(0, posts.length - (page - 1) * postsPerPage);
    const shown = posts.slice(Math.max(0, end - postsPerPage), end).reverse();
    const user = { name: record.name, since: record.sinceMs, posts: posts.length, likes };
    return { ...common, user, posts: this.#views(shown), more: end > postsPerPage };
  }

  #sessions(): SessionsAnswer {
    const own = this.#session;
    const { sessions, nowMs } = this.#tables;
    const all = own === undefined ? [] : [...sessions.ofUser(own.user, nowMs)].reverse();
    return {
      ...{ type: 'sessions', ...this.#common() },
      sessions: all.map(({ id, label, sinceMs, tokenHash }) => {
        return { id, label, since: sinceMs, isThis: tokenHash === own?.tokenHash };
      }),
    };
  }

  #counts(): SiteCounts {
    const { users, sessions, posts, comments } = this.#tables;
    return {
      users: users.length,
      sessions: sessions.size,
      posts: posts.size,
      likes: posts.likesInAll,
      comments: comments.length,
    };
  }

  #common(): { readonly viewer: string | null; readonly now: number } {
    const session = this.#session;
    const viewer = session === undefined ? null : this.#tables.user(session.user).name;
    return { viewer, now: this.#tables.nowMs };
  }

  #inOrder(order: PostOrder, start: number, count: number): readonly number[] {
    const { posts, nowMs } = this.#tables;
    switch (order) {
      case 'hot':
        return posts.hot(start, Math.min(count, hotPagesMax * postsPerPage - start), nowMs);
      case 'new':
        return posts.newest(start, count);
      case 'top':
        return posts.top(start, count);
      default:
        return unreachable(order);
    }
  }

  /** Of one page: what was found beyond it says only that there is more. */
  #views(numbers: readonly number[]): readonly PostView[] {
    return numbers.slice(0, postsPerPage).map((number) => this.#view(number));
  }

  #view(number: number): PostView {
    const { posts, likes } = this.#tables;
    const { id, title, link, by, atMs } = posts.get(number);
    const viewer = this.#session?.user;
    return {
      ...{ id, title, link, likes: posts.likesOf(number) },
      liked: viewer !== undefined && likes.get(number, viewer) === true,
      comments: posts.commentsOf(number).length,
      by: this.#tables.user(by).name,
      at: atMs,
    };
  }

  #comment({ id, text, by, atMs }: CommentRecord): CommentView {
    return { id, text, by: this.#tables.user(by).name, at: atMs };
  }
}
