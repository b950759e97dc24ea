/**
 * What the pages of the site show. The front fills these in; `src/web/site/pages/` makes HTML of
 * them and knows nothing else.
 */
import type {
  CommentView,
  PostOrder,
  PostView,
  SessionView,
  UserView,
} from '../../site/site-query.js';

/** What every page has around its content. */
export interface Frame {
  /** The viewer's name; undefined for a visitor. */
  readonly viewer: string | undefined;
  /** What every form of the page carries in its hidden field `csrf`. */
  readonly csrf: string;
  /** The page's own path and query: where a form without JavaScript comes back to. */
  readonly path: string;
  /** Ages are counted from this, in ms since 1970. */
  readonly now: number;
  readonly source: ReadSource | undefined;
  /** One sentence about what has just happened or gone wrong, above the content. */
  readonly notice: Notice | undefined;
}

export interface Notice {
  readonly kind: 'done' | 'problem';
  readonly text: string;
  /** Where the text may lead to, for example the earlier post of a duplicate. */
  readonly link?: { readonly href: string; readonly text: string };
}

/** Where the page's content was read: the quiet footer. Undefined in the frame: nobody answered. */
export interface ReadSource {
  readonly server: number;
  readonly term: number;
  readonly isLeader: boolean;
  /** Log entries that this server is behind of the furthest one that the front knows. */
  readonly behind: number;
  /** No leader is known, or the viewer's own changes are not in it yet. */
  readonly mayBeOld: boolean;
}

export interface PostListPage {
  readonly order: PostOrder;
  readonly page: number;
  readonly more: boolean;
  readonly posts: readonly PostView[];
}

export interface PostPage {
  readonly post: PostView;
  readonly comments: readonly CommentView[];
  readonly page: number;
  readonly more: boolean;
  /** What was typed and could not be kept. */
  readonly draft: string;
  /** What is wrong with the draft. */
  readonly mistake?: string;
  /** Goes with the next comment as `id`, so that a form that is sent twice is one comment. */
  readonly nextId: string;
}

export interface UserPage {
  readonly user: UserView;
  readonly posts: readonly PostView[];
  readonly page: number;
  readonly more: boolean;
}

export interface AccountPage {
  readonly sessions: readonly SessionView[];
}

/** A form for a name and a password. The password is never written back. */
export interface CredentialsPage {
  readonly kind: 'signup' | 'login';
  readonly username: string;
  /** What is wrong, for each field. */
  readonly mistakes: Readonly<Partial<Record<'username' | 'password', string>>>;
}

export interface SubmitPage {
  /** Goes with the form as `id`, so that a form that is sent twice is one post. */
  readonly nextId: string;
  readonly title: string;
  readonly link: string;
  readonly mistakes: Readonly<Partial<Record<'title' | 'link', string>>>;
}

/** A page that says why there is none: 403, 404, 413, 429, 503 … */
export interface ProblemPage {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  /** What somebody wrote and would lose otherwise. */
  readonly quote?: string | undefined;
}
