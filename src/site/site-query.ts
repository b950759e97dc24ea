/**
 * What can be read of the site, and what is answered. All of it is plain JSON: that is how it
 * travels between a server and a front. Times are ms since 1970, by the clock of the log.
 */
import type { PasswordRecord } from './site-command.js';

export type PostOrder = 'hot' | 'new' | 'top';

interface Viewed {
  /** The hash of the viewer's token; left out for a visitor who has none. */
  readonly tokenHash?: string | undefined;
}

/** A page of all posts; `page` is 1 for the first one. */
export interface PostsQuery extends Viewed {
  readonly type: 'posts';
  readonly order: PostOrder;
  readonly page: number;
}

/** One post and a page of its comments, oldest first. */
export interface PostQuery extends Viewed {
  readonly type: 'post';
  readonly id: string;
  readonly page: number;
}

/** A user and a page of what they posted, newest first. */
export interface UserQuery extends Viewed {
  readonly type: 'user';
  readonly name: string;
  readonly page: number;
}

/** The viewer's own sessions. */
export interface SessionsQuery extends Viewed {
  readonly type: 'sessions';
}

/** Who the viewer is, and nothing else. */
export interface ViewerQuery extends Viewed {
  readonly type: 'viewer';
}

/** How a user's password is kept, for a front that checks one. */
export interface PasswordQuery {
  readonly type: 'password';
  readonly name: string;
}

/** How much of everything there is. */
export interface CountsQuery {
  readonly type: 'counts';
}

export type SiteQuery =
  PostsQuery | PostQuery | UserQuery | SessionsQuery | ViewerQuery | PasswordQuery | CountsQuery;

export interface PostView {
  readonly id: string;
  readonly title: string;
  readonly link: string;
  readonly likes: number;
  /** Whether the viewer likes it; false for visitors. */
  readonly liked: boolean;
  readonly comments: number;
  /** The name of who posted it, as it was signed up. */
  readonly by: string;
  readonly at: number;
}

export interface CommentView {
  readonly id: string;
  readonly text: string;
  readonly by: string;
  readonly at: number;
}

export interface SessionView {
  readonly id: string;
  readonly label: string;
  readonly since: number;
  /** The session that asks. */
  readonly isThis: boolean;
}

export interface UserView {
  readonly name: string;
  readonly since: number;
  readonly posts: number;
  /** Likes of all their posts together. */
  readonly likes: number;
}

export interface SiteCounts {
  readonly users: number;
  readonly sessions: number;
  readonly posts: number;
  readonly likes: number;
  readonly comments: number;
}

interface Answered {
  /** The viewer's name; null for a visitor, or when the session has ended. */
  readonly viewer: string | null;
  /** The clock of the log: the time of the newest command. Ages are counted from it. */
  readonly now: number;
}

export interface PostsAnswer extends Answered {
  readonly type: 'posts';
  readonly posts: readonly PostView[];
  /** Whether there is a next page. */
  readonly more: boolean;
}

export interface PostAnswer extends Answered {
  readonly type: 'post';
  /** Null when there is no such post. */
  readonly post: PostView | null;
  readonly comments: readonly CommentView[];
  readonly more: boolean;
}

export interface UserAnswer extends Answered {
  readonly type: 'user';
  /** Null when there is no such user. */
  readonly user: UserView | null;
  readonly posts: readonly PostView[];
  readonly more: boolean;
}

export interface SessionsAnswer extends Answered {
  readonly type: 'sessions';
  /** Newest first; empty for a visitor. */
  readonly sessions: readonly SessionView[];
}

export interface ViewerAnswer extends Answered {
  readonly type: 'viewer';
}

export interface PasswordAnswer {
  readonly type: 'password';
  /** Null when there is no such user. */
  readonly password: PasswordRecord | null;
}

export interface CountsAnswer {
  readonly type: 'counts';
  readonly counts: SiteCounts;
}

export type SiteAnswer =
  | PostsAnswer
  | PostAnswer
  | UserAnswer
  | SessionsAnswer
  | ViewerAnswer
  | PasswordAnswer
  | CountsAnswer;

/** The answer that belongs to a query. */
export type AnswerTo<Query extends SiteQuery> = Extract<SiteAnswer, { type: Query['type'] }>;
