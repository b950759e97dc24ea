/**
 * The site once more, as simply as it can be said: lists that are gone through from end to end. It
 * shares nothing with the real one but the words and the limits.
 */
import type { SiteCommand, SiteResult } from '../../src/site/site-command.js';
import * as limits from '../../src/site/site-limits.js';
import type { PostView, SiteAnswer, SiteQuery } from '../../src/site/site-query.js';

type Of<Type extends SiteCommand['type']> = Extract<SiteCommand, { type: Type }>;

interface Session {
  readonly tokenHash: string;
  readonly id: string;
  readonly label: string;
  readonly user: string;
  readonly since: number;
  end: 'none' | 'ended' | 'expired';
}

interface Post extends Pick<Of<'post'>, 'id' | 'title' | 'link'> {
  readonly by: string;
  readonly at: number;
  readonly likers: Set<string>;
}

interface Comment extends Pick<Of<'comment'>, 'id' | 'postId' | 'text'> {
  readonly by: string;
  readonly at: number;
}

export class SiteModel {
  #now = 0;
  readonly #users: { readonly command: Of<'signUp'>; readonly since: number }[] = [];
  readonly #sessions: Session[] = [];
  readonly #posts: Post[] = [];
  readonly #comments: Comment[] = [];

  apply(command: SiteCommand): SiteResult {
    this.#now = Math.max(this.#now, command.timeMs);
    for (const session of this.#live()) {
      if (this.#now - session.since >= limits.sessionLifeMs) session.end = 'expired';
    }
    switch (command.type) {
      case 'signUp':
        return this.#signUp(command);
      case 'logIn':
        return this.#logIn(command);
      case 'logOut': {
        const session = this.#byToken(command.tokenHash);
        if (session === undefined) return { kind: 'notLoggedIn' };
        this.#end(session);
        return { kind: 'done' };
      }
      case 'endSessions':
        return this.#endSessions(command);
      case 'post':
        return this.#post(command);
      case 'like': {
        const session = this.#live().find(({ tokenHash }) => tokenHash === command.tokenHash);
        if (session === undefined) return { kind: 'notLoggedIn' };
        const post = this.#posts.find(({ id }) => id === command.postId);
        if (post === undefined) return { kind: 'noSuchPost' };
        if (command.liked) post.likers.add(session.user);
        else post.likers.delete(session.user);
        return { kind: 'liked', likes: post.likers.size, liked: command.liked };
      }
      case 'comment':
        return this.#comment(command);
    }
  }

  answer(query: SiteQuery): SiteAnswer {
    const token = 'tokenHash' in query ? query.tokenHash : undefined;
    const session = this.#live().find(({ tokenHash }) => tokenHash === token);
    const viewer = session?.user ?? null;
    const common = { viewer, now: this.#now };
    const view = (post: Post): PostView => ({
      ...{ id: post.id, title: post.title, link: post.link },
      likes: post.likers.size,
      liked: viewer !== null && post.likers.has(viewer),
      comments: this.#comments.filter(({ postId }) => postId === post.id).length,
      ...{ by: post.by, at: post.at },
    });
    switch (query.type) {
      case 'posts': {
        const all = this.#inOrder(query.order);
        return { type: 'posts', ...common, ...pageOf(all, query.page, 'posts', view) };
      }
      case 'post': {
        const post = this.#posts.find(({ id }) => id === query.id);
        const all = this.#comments.filter(({ postId }) => postId === query.id);
        const shown = pageOf(all, query.page, 'comments', ({ postId: _, ...comment }) => comment);
        return { type: 'post', ...common, post: post === undefined ? null : view(post), ...shown };
      }
      case 'user': {
        const user = this.#user(query.name);
        const posts = this.#posts.filter(({ by }) => by === user?.command.name).reverse();
        const shown = pageOf(posts, query.page, 'posts', view);
        if (user === undefined) return { type: 'user', ...common, user: null, ...shown };
        const { command, since } = user;
        const likes = posts.reduce((sum, { likers }) => sum + likers.size, 0);
        const about = { name: command.name, since, posts: posts.length, likes };
        return { type: 'user', ...common, user: about, ...shown };
      }
      case 'sessions': {
        const own = this.#live().filter(({ user }) => user === viewer);
        const sessions = own.reverse().map(({ id, label, since, tokenHash }) => {
          return { id, label, since, isThis: tokenHash === token };
        });
        return { type: 'sessions', ...common, sessions };
      }
      case 'viewer':
        return { type: 'viewer', ...common };
      case 'password':
        return { type: 'password', password: this.#user(query.name)?.command.password ?? null };
      case 'counts':
        return {
          type: 'counts',
          counts: {
            users: this.#users.length,
            sessions: this.#live().length,
            posts: this.#posts.length,
            likes: this.#posts.reduce((sum, { likers }) => sum + likers.size, 0),
            comments: this.#comments.length,
          },
        };
    }
  }

  #inOrder(order: 'hot' | 'new' | 'top'): readonly Post[] {
    const newest = [...this.#posts].reverse();
    if (order === 'new') return newest;
    if (order === 'top') return newest.sort((a, b) => b.likers.size - a.likers.size);
    const score = ({ likers, at }: Post): number =>
      (likers.size + 1) / ((this.#now - at) / 3_600_000 + 2) ** 1.8;
    return newest.sort((a, b) => score(b) - score(a));
  }

  #signUp(command: Of<'signUp'>): SiteResult {
    const { name, session } = command;
    const existing = this.#user(name);
    if (existing !== undefined) {
      const isAgain = existing.command.name === name && this.#isOf(session, name);
      return { kind: isAgain ? 'done' : 'nameTaken' };
    }
    if (this.#byToken(session.tokenHash) !== undefined) return { kind: 'idTaken' };
    this.#users.push({ command, since: this.#now });
    this.#begin(session, name);
    return { kind: 'done' };
  }

  #logIn({ name, passwordKey, session }: Of<'logIn'>): SiteResult {
    const user = this.#user(name)?.command;
    if (user?.password.key !== passwordKey) return { kind: 'wrongPassword' };
    if (this.#isOf(session, user.name)) return { kind: 'done' };
    const sameId = this.#live().some((s) => s.user === user.name && s.id === session.id);
    if (this.#byToken(session.tokenHash) !== undefined || sameId) return { kind: 'idTaken' };
    this.#begin(session, user.name);
    return { kind: 'done' };
  }

  #endSessions({ tokenHash, sessionId }: Of<'endSessions'>): SiteResult {
    const own = this.#byToken(tokenHash);
    if (own === undefined) return { kind: 'notLoggedIn' };
    if (own.end === 'ended') {
      return { kind: sessionId === undefined || sessionId === own.id ? 'done' : 'notLoggedIn' };
    }
    for (const session of this.#live()) {
      const isMeant = sessionId === undefined || sessionId === session.id;
      if (session.user === own.user && isMeant) this.#end(session);
    }
    return { kind: 'done' };
  }

  #post({ tokenHash, id, title, link }: Of<'post'>): SiteResult {
    const session = this.#byToken(tokenHash);
    const same = this.#posts.find((post) => post.id === id);
    const isAgain = same?.title === title && same.link === link && same.by === session?.user;
    if (isAgain) return { kind: 'done' };
    if (session?.end !== 'none') return { kind: 'notLoggedIn' };
    if (same !== undefined) return { kind: 'idTaken' };
    const earlier = this.#posts.findLast((post) => post.link === link);
    if (earlier !== undefined && this.#now - earlier.at < limits.duplicateLinkMs) {
      return { kind: 'duplicate', postId: earlier.id, title: earlier.title };
    }
    this.#posts.push({ id, title, link, by: session.user, at: this.#now, likers: new Set() });
    return { kind: 'done' };
  }

  #comment({ tokenHash, id, postId, text }: Of<'comment'>): SiteResult {
    const session = this.#byToken(tokenHash);
    const same = this.#comments.find((comment) => comment.id === id);
    const isAgain = same?.text === text && same.postId === postId && same.by === session?.user;
    if (isAgain) return { kind: 'done' };
    if (session?.end !== 'none') return { kind: 'notLoggedIn' };
    if (same !== undefined) return { kind: 'idTaken' };
    if (!this.#posts.some((post) => post.id === postId)) return { kind: 'noSuchPost' };
    this.#comments.push({ id, text, postId, by: session.user, at: this.#now });
    return { kind: 'done' };
  }

  #begin(session: Of<'logIn'>['session'], user: string): void {
    const others = this.#live().filter((other) => other.user === user);
    const [oldest] = others;
    if (oldest !== undefined && others.length >= limits.sessionsPerAccountMax) this.#end(oldest);
    this.#sessions.push({ ...session, user, since: this.#now, end: 'none' });
  }

  #end(session: Session): void {
    if (session.end === 'none') session.end = 'ended';
  }

  #live(): Session[] {
    return this.#sessions.filter(({ end }) => end === 'none');
  }

  #user(name: string) {
    return this.#users.find(({ command }) => command.name.toLowerCase() === name.toLowerCase());
  }

  /** One that lasts, or that was ended and not by time. */
  #byToken(tokenHash: string): Session | undefined {
    return this.#sessions.find((session) => session.tokenHash === tokenHash && isThere(session));
  }

  #isOf({ tokenHash, id }: Of<'logIn'>['session'], user: string): boolean {
    const known = this.#byToken(tokenHash);
    return known !== undefined && known.user === user && known.id === id;
  }
}

function isThere({ end }: Session): boolean {
  return end !== 'expired';
}

function pageOf<Item, View, Key extends 'posts' | 'comments'>(
  all: readonly Item[],
  page: number,
  key: Key,
  view: (item: Item) => View,
) {
  const perPage = key === 'posts' ? limits.postsPerPage : limits.commentsPerPage;
  const from = (page - 1) * perPage;
  const shown = all.slice(from, from + perPage).map(view);
  return { [key]: shown, more: all.length > from + perPage } as Record<Key, View[]> & {
    more: boolean;
  };
}
