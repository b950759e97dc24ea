/**
 * The replicated site: who may sign up, post, like and comment, and what comes of it. Pure and
 * deterministic: its state follows from the commands that were applied, in their order, alone. Its
 * clock is the latest time that any of them carries.
 *
 * A command that comes again is known by its ids: it changes nothing and answers what it answered.
 */
import { unreachable } from '../base/assert.js';
import type { StateSnapshot } from '../base/state-machine.js';
import { answerQuery } from './site-answers.js';
import type {
  AddComment,
  AddPost,
  EndSessions,
  LogIn,
  LogOut,
  NewSession,
  SetLike,
  SignUp,
  SiteCommand,
  SiteResult,
} from './site-command.js';
import { duplicateLinkMs } from './site-limits.js';
import type { AnswerTo, SiteQuery } from './site-query.js';
import type { SessionRecord } from './site-records.js';
import { SiteRestore } from './site-restore.js';
import { SiteSnapshot } from './site-snapshot.js';
import { SiteTables } from './site-tables.js';

const done: SiteResult = { kind: 'done' };
const notLoggedIn: SiteResult = { kind: 'notLoggedIn' };
const idTaken: SiteResult = { kind: 'idTaken' };
const noSuchPost: SiteResult = { kind: 'noSuchPost' };

export class SiteState {
  #tables = new SiteTables();

  /** No command was ever applied, or none that left a trace. */
  get isNew(): boolean {
    return this.#tables.isNew;
  }

  /** Applies one command, and says what came of it. */
  apply(command: SiteCommand): SiteResult {
    const tables = this.#tables;
    tables.nowMs = Math.max(tables.nowMs, command.timeMs);
    tables.sessions.expire(tables.nowMs);
    switch (command.type) {
      case 'signUp':
        return this.#signUp(command);
      case 'logIn':
        return this.#logIn(command);
      case 'logOut':
        return this.#logOut(command);
      case 'endSessions':
        return this.#endSessions(command);
      case 'post':
        return this.#post(command);
      case 'like':
        return this.#like(command);
      case 'comment':
        return this.#comment(command);
      default:
        return unreachable(command);
    }
  }

  /** What there is to a question, as of now. */
  answer<Query extends SiteQuery>(query: Query): AnswerTo<Query> {
    return answerQuery(this.#tables, query);
  }

  /** Freezes the state as it is. */
  snapshot(): StateSnapshot {
    return new SiteSnapshot(this.#tables);
  }

  /** Takes in an image, for a state that replaces this one at its `finish`. */
  restore(): SiteRestore {
    return new SiteRestore((tables) => {
      this.#tables = tables;
    });
  }

  /** Back to what it was before the first command. */
  clear(): void {
    this.#tables = new SiteTables();
  }

  #signUp({ name, password, session }: SignUp): SiteResult {
    const tables = this.#tables;
    const known = tables.findUser(name);
    if (known !== undefined) {
      const isAgain = tables.user(known).name === name && this.#isOf(session, known);
      return isAgain ? done : { kind: 'nameTaken' };
    }
    if (tables.sessions.findKnown(session.tokenHash) !== undefined) return idTaken;
    const user = tables.addUser({ name, password, sinceMs: tables.nowMs });
    tables.sessions.begin({ ...session, user, sinceMs: tables.nowMs });
    return done;
  }

  #logIn({ name, passwordKey, session }: LogIn): SiteResult {
    const { sessions, nowMs } = this.#tables;
    const user = this.#tables.findUser(name);
    if (user === undefined || this.#tables.user(user).password.key !== passwordKey) {
      return { kind: 'wrongPassword' };
    }
    if (this.#isOf(session, user)) return done;
    const isTaken =
      sessions.findKnown(session.tokenHash) !== undefined ||
      sessions.ofUser(user, nowMs).some(({ id }) => id === session.id);
    if (isTaken) return idTaken;
    sessions.begin({ ...session, user, sinceMs: nowMs });
    return done;
  }

  #logOut({ tokenHash }: LogOut): SiteResult {
    const { sessions, nowMs } = this.#tables;
    const session = sessions.find(tokenHash, nowMs);
    if (session === undefined) {
      return sessions.findEnded(tokenHash) === undefined ? notLoggedIn : done;
    }
    sessions.end(session);
    return done;
  }

  #endSessions({ tokenHash, sessionId }: EndSessions): SiteResult {
    const { sessions, nowMs } = this.#tables;
    const own = sessions.find(tokenHash, nowMs);
    if (own === undefined) {
      const ended = sessions.findEnded(tokenHash);
      const hasEndedItself = sessionId === undefined || sessionId === ended?.id;
      return ended !== undefined && hasEndedItself ? done : notLoggedIn;
    }
    for (const session of sessions.ofUser(own.user, nowMs)) {
      if (sessionId === undefined || sessionId === session.id) sessions.end(session);
    }
    return done;
  }

  #post({ tokenHash, id, title, link }: AddPost): SiteResult {
    const { sessions, posts, nowMs } = this.#tables;
    const existing = posts.find(id);
    if (existing !== undefined) {
      const post = posts.get(existing);
      const isAgain = post.title === title && post.link === link;
      if (isAgain && sessions.findKnown(tokenHash)?.user === post.by) return done;
    }
    const session = sessions.find(tokenHash, nowMs);
    if (session === undefined) return notLoggedIn;
    if (existing !== undefined) return idTaken;
    const earlier = posts.findLink(link);
    if (earlier !== undefined) {
      const post = posts.get(earlier);
      if (nowMs - post.atMs < duplicateLinkMs) {
        return { kind: 'duplicate', postId: post.id, title: post.title };
      }
    }
    this.#tables.addPost({ id, title, link, by: session.user, atMs: nowMs });
    return done;
  }

  #like({ tokenHash, postId, liked }: SetLike): SiteResult {
    const { sessions, posts, nowMs } = this.#tables;
    const session = sessions.find(tokenHash, nowMs);
    if (session === undefined) return notLoggedIn;
    const post = posts.find(postId);
    if (post === undefined) return noSuchPost;
    this.#tables.setLike(post, session.user, liked);
    return { kind: 'liked', likes: posts.likesOf(post), liked };
  }

  #comment({ tokenHash, id, postId, text }: AddComment): SiteResult {
    const { sessions, posts, nowMs } = this.#tables;
    const existing = this.#tables.findComment(id);
    const post = posts.find(postId);
    if (existing !== undefined) {
      const isAgain = existing.text === text && existing.post === post;
      if (isAgain && sessions.findKnown(tokenHash)?.user === existing.by) return done;
    }
    const session = sessions.find(tokenHash, nowMs);
    if (session === undefined) return notLoggedIn;
    if (existing !== undefined) return idTaken;
    if (post === undefined) return noSuchPost;
    this.#tables.addComment({ id, post, by: session.user, atMs: nowMs, text });
    return done;
  }

  /** Whether a session that is called new is one that this user has, or had, by the same ids. */
  #isOf({ tokenHash, id }: NewSession, user: number): boolean {
    const known: SessionRecord | undefined = this.#tables.sessions.findKnown(tokenHash);
    return known !== undefined && known.user === user && known.id === id;
  }
}
